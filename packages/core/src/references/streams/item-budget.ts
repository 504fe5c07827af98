import { RpcError } from "../../errors/rpc-error.js";
import { initialCreditBytes } from "./stream-credit.js";

/** Bounds what the streams that this side reads may hold together, on one connection. */
export class ItemBudget {
  readonly #maxStreamBytes: number;
  /** Bytes by which the credit of all streams has grown. */
  #grownBytes = 0;
  /** Bytes of items that wait for the program. */
  #heldBytes = 0;

  constructor(maxStreamBytes: number) {
    this.#maxStreamBytes = maxStreamBytes;
  }

  /** Lets the credit of a stream grow. Returns false if there is no room. */
  mayGrow(bytes: number): boolean {
    if (this.#grownBytes + bytes > this.#maxStreamBytes) return false;
    this.#grownBytes += bytes;
    return true;
  }

  /** Reverts {@link mayGrow} for a stream that is over. */
  giveBack(bytes: number): void {
    this.#grownBytes -= bytes;
  }

  /**
   * Counts items that wait for the program. One message of any size may exceed the credit of its
   * stream.
   * @param streams number of streams that are not over.
   * @returns an error if there is no room.
   */
  hold(bytes: number, streams: number): RpcError | undefined {
    const maxStreamBytes = this.#maxStreamBytes;
    if (this.#heldBytes + bytes <= maxStreamBytes + initialCreditBytes * streams || this.#heldBytes === 0) {
      this.#heldBytes += bytes;
      return undefined;
    }
    return new RpcError(
      "resourceExhausted",
      `streams of this connection hold maxStreamBytes = ${maxStreamBytes} bytes that the program has not read: read them, send smaller items, or raise the limit`,
    );
  }

  /** Reverts {@link hold} for items that were read or dropped. */
  letGo(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}
