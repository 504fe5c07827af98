import { decode, decodeNext, decodeSharing } from "./decode.js";

/** From so many bytes an item on, to copy its byte strings costs more than to keep the others of its message alive. */
const sharedItemBytes = 512;

/** Items that take more memory together are decoded one after the other, so that a stream that is read slowly keeps them as bytes. */
const decodedAtOnceBytes = 512 * 1024;

/**
 * The items of a message of a stream. They are decoded when they are read: what waits takes no more memory than it had on its way. Byte strings of
 * large items are views of the payload, which is theirs from then on; those of small ones are copies, so that anyone who keeps one keeps no more.
 */
export class ReceivedItems {
  readonly #payload: Uint8Array;
  readonly #count: number;
  readonly #atOnce: boolean;
  #values: readonly unknown[] | undefined;
  /** Index at which the next item begins, if they are decoded one by one. */
  #position: number;
  #read = 0;

  /**
   * @param payload an array that passed the structure guard. It belongs to this object from now on.
   * @param decodedBytes the estimate of the memory that the items take once they are decoded.
   */
  constructor(payload: Uint8Array, decodedBytes: number) {
    this.#payload = payload;
    this.#count = itemCount(payload);
    this.#atOnce = decodedBytes <= decodedAtOnceBytes || this.#count === 1;
    this.#position = arrayHeaderBytes(payload);
  }

  /** True when all have been read. */
  get done(): boolean {
    return this.#read === this.#count;
  }

  /**
   * Decodes the next item.
   * @throws {RpcError} `internal` if it does not decode.
   */
  next(): unknown {
    const index = this.#read++;
    if (this.#atOnce) {
      this.#values ??= this.#decodeAll();
      return this.#values[index];
    }
    const { value, end } = decodeNext(this.#payload, this.#position);
    this.#position = end;
    return value;
  }

  #decodeAll(): readonly unknown[] {
    const sharing = this.#payload.length >= this.#count * sharedItemBytes;
    return (sharing ? decodeSharing(this.#payload) : decode(this.#payload, 0)) as readonly unknown[];
  }
}

/** Returns the number of items in a message of a stream. */
export function itemCount(payload: Uint8Array): number {
  const type = payload[0] as number;
  if (type !== 0xdc && type !== 0xdd) return type & 0x0f;
  let count = 0;
  for (let at = 1; at < arrayHeaderBytes(payload); at++) count = count * 256 + (payload[at] as number);
  return count;
}

function arrayHeaderBytes([type]: Uint8Array): number {
  if (type === 0xdc) return 3;
  return type === 0xdd ? 5 : 1;
}
