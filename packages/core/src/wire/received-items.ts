import { decode, decodeNext, decodeSharing } from "./decode.js";

/**
 * Bytes of an item from which copying its byte strings costs more than keeping the other items of
 * the message alive.
 */
const sharedItemBytes = 512;

/**
 * Bytes of decoded items above which they are decoded one by one, so that a stream that is read
 * slowly keeps the rest encoded.
 */
const decodedAtOnceBytes = 512 * 1024;

/**
 * Items of one message of a stream. They are decoded when they are read, so pending items take no
 * more memory than they did on the wire. Byte strings of large items are views of the payload,
 * which then belongs to them. Those of small items are copies, so that keeping one does not keep
 * the payload alive.
 */
export class ReceivedItems {
  readonly #payload: Uint8Array;
  readonly #count: number;
  readonly #atOnce: boolean;
  #values: readonly unknown[] | undefined;
  /** Index at which the next item begins, if items are decoded one by one. */
  #position: number;
  #read = 0;

  /**
   * @param payload an array that passed the structure guard. This object owns it from now on.
   * @param decodedBytes estimate of the memory that the items take once they are decoded.
   */
  constructor(payload: Uint8Array, decodedBytes: number) {
    this.#payload = payload;
    this.#count = itemCount(payload);
    this.#atOnce = decodedBytes <= decodedAtOnceBytes || this.#count === 1;
    this.#position = arrayHeaderBytes(payload);
  }

  /** True when all items have been read. */
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
