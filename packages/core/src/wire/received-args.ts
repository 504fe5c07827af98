import { decode } from "./decode.js";

/** Arguments of a call as they were received: checked by the structure guard, not decoded. */
export class ReceivedArgs {
  /** Estimate of the memory that the message takes once it is decoded. */
  readonly decodedBytes: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /**
   * Wraps the array from `start` to `end`. The bytes are valid only during the delivery of the
   * message.
   */
  constructor(bytes: Uint8Array, start: number, end: number, decodedBytes: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.decodedBytes = decodedBytes;
  }

  /**
   * Decodes the arguments.
   * @throws {RpcError} `internal` if they do not decode.
   */
  decode(): readonly unknown[] {
    return decode(this.#bytes, this.#start, this.#end) as readonly unknown[];
  }

  /** Returns a copy with its own bytes, for a call that is queued. */
  copy(): ReceivedArgs {
    const bytes = new Uint8Array(this.#bytes.subarray(this.#start, this.#end));
    return new ReceivedArgs(bytes, 0, bytes.length, this.decodedBytes);
  }
}
