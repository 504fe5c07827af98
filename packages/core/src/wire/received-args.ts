import { decode } from "./decode.js";

/** The arguments of a call as they came: checked by the structure guard, not decoded. */
export class ReceivedArgs {
  /** The estimate of the memory that the message takes once it is decoded. */
  readonly decodedBytes: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /** The array stands from `start` to `end` in the bytes, which are valid during the delivery of the message only. */
  constructor(bytes: Uint8Array, start: number, end: number, decodedBytes: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.decodedBytes = decodedBytes;
  }

  /** @throws {RpcError} `internal` if they do not decode. */
  decode(): readonly unknown[] {
    return decode(this.#bytes, this.#start, this.#end) as readonly unknown[];
  }

  /** The same with bytes of its own, for a call that waits. */
  copy(): ReceivedArgs {
    const bytes = new Uint8Array(this.#bytes.subarray(this.#start, this.#end));
    return new ReceivedArgs(bytes, 0, bytes.length, this.decodedBytes);
  }
}
