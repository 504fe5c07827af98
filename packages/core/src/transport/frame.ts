import { RpcError } from "../errors/rpc-error.js";

/**
 * Messages on a byte stream. A frame is the length of the message as an unsigned 32-bit
 * little-endian integer, then that many bytes. A message is never empty, so a length of 0 is an
 * error. This distinguishes a peer that writes zeros from one that speaks the protocol.
 */

/** Bytes before each message. */
export const frameHeaderBytes = 4;

/** The largest message whose length fits the header. */
export const maxFramedMessageBytes = 0xffff_ffff;

/** Smallest buffer for a message that spans chunks: the size of a socket's chunk. */
const leastAssemblyBytes = 64 * 1024;

/**
 * Largest ratio of the buffer for a message to the bytes that have arrived. A large claimed length
 * thus costs its sender, not the receiver. Each step copies the bytes so far; two steps make 4 MiB.
 */
const assemblyGrowth = 4;

const noBytes = new Uint8Array(0);

/**
 * Writes the header of a message of `messageBytes` bytes into `target` at `offset`.
 * @throws {RpcError} `invalidArgument` for a message that a frame cannot carry: an empty one,
 *   or one of 4 GiB and more.
 */
export function writeFrameHeader(target: Uint8Array, offset: number, messageBytes: number): void {
  if (messageBytes < 1 || messageBytes > maxFramedMessageBytes) {
    throw new RpcError(
      "invalidArgument",
      `send a message of ${messageBytes} bytes: a frame carries 1 to ${maxFramedMessageBytes} bytes; send it in parts`,
    );
  }
  target[offset] = messageBytes;
  target[offset + 1] = messageBytes >>> 8;
  target[offset + 2] = messageBytes >>> 16;
  target[offset + 3] = messageBytes >>> 24;
}

/**
 * Cuts the chunks of a byte stream into messages. The messages are pulled, so that the caller can
 * stop between two of them and continue later:
 *
 * ```ts
 * reader.push(chunk);
 * let message: Uint8Array | undefined;
 * while ((message = reader.next()) !== undefined) receiver.message(message);
 * ```
 *
 * A message that lies inside one chunk is a view of that chunk and costs no copy. One that spans
 * chunks is assembled in a buffer of its own.
 */
export class FrameReader {
  /** The largest accepted message in bytes, checked when the header of a message is complete. */
  maxMessageBytes: number;

  readonly #source: string;
  #chunk: Uint8Array = noBytes;
  #at = 0;
  #headerFilled = 0;
  #length = 0;
  #assembly: Uint8Array | undefined;
  #assembled = 0;
  #failure: RpcError | undefined;
  #receivedBytes = 0;

  /**
   * @param source names the origin of the bytes in error messages: an endpoint or a peer's address.
   */
  constructor(source: string, maxMessageBytes: number) {
    this.#source = source;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** True if the bytes so far end inside a message, so that the stream must not end here. */
  get insideMessage(): boolean {
    return this.#headerFilled > 0;
  }

  /** Number of bytes of all chunks so far. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /**
   * Adds the next chunk. It must not change until it is used up: until `next` has returned
   * undefined.
   */
  push(chunk: Uint8Array): void {
    if (this.#at < this.#chunk.length) throw new Error("FrameReader.push: the previous chunk is not used up");
    this.#chunk = chunk;
    this.#at = 0;
    this.#receivedBytes += chunk.length;
  }

  /**
   * Returns the next complete message, or undefined if more bytes are needed.
   * @throws {RpcError} `resourceExhausted` for a message over the limit, `internal` for a length of
   * 0. Nothing can be read after that: each further call throws the same error.
   */
  next(): Uint8Array | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#headerFilled < frameHeaderBytes && !this.#readHeader()) return this.#needMore();
    const message = this.#assembly === undefined ? this.#view() : this.#assemble(this.#assembly);
    if (message === undefined) return this.#needMore();
    this.#headerFilled = 0;
    this.#length = 0;
    return message;
  }

  #readHeader(): boolean {
    const chunk = this.#chunk;
    while (this.#headerFilled < frameHeaderBytes) {
      const byte = chunk[this.#at];
      if (byte === undefined) return false;
      this.#length += (byte << (8 * this.#headerFilled)) >>> 0;
      this.#at++;
      this.#headerFilled++;
    }
    if (this.#length === 0) {
      this.#fail("internal", "the peer sent a frame of length 0; it does not speak this protocol");
    }
    if (this.#length > this.maxMessageBytes) {
      const text = textOf(this.#length);
      if (text !== undefined) {
        this.#fail(
          "internal",
          `the peer sent ${JSON.stringify(text)}, which does not begin a message of this protocol; ` +
            "check which program listens there",
        );
      }
      this.#fail(
        "resourceExhausted",
        `the peer announced a message of ${this.#length} bytes, the limit here is ${this.maxMessageBytes} bytes; ` +
          "send less, raise the limit, or check that the peer speaks this protocol",
      );
    }
    return true;
  }

  #view(): Uint8Array | undefined {
    const chunk = this.#chunk;
    const start = this.#at;
    const available = chunk.length - start;
    if (available >= this.#length) {
      this.#at = start + this.#length;
      return chunk.subarray(start, this.#at);
    }
    // No byte of the message is here yet, so the next chunk may hold all of it.
    if (available > 0) {
      const capacity = Math.min(this.#length, Math.max(leastAssemblyBytes, assemblyGrowth * available));
      this.#assembly = new Uint8Array(capacity);
      this.#assembled = 0;
      this.#assemble(this.#assembly);
    }
    return undefined;
  }

  #assemble(assembly: Uint8Array): Uint8Array | undefined {
    const take = Math.min(this.#length - this.#assembled, this.#chunk.length - this.#at);
    const filled = this.#assembled + take;
    let target = assembly;
    if (filled > target.length) {
      target = new Uint8Array(Math.min(this.#length, assemblyGrowth * filled));
      target.set(assembly.subarray(0, this.#assembled));
      this.#assembly = target;
    }
    target.set(this.#chunk.subarray(this.#at, this.#at + take), this.#assembled);
    this.#at += take;
    this.#assembled = filled;
    if (filled < this.#length) return undefined;
    this.#assembly = undefined;
    return target;
  }

  /** Drops the chunk, so that an idle stream does not hold memory. */
  #needMore(): undefined {
    this.#chunk = noBytes;
    this.#at = 0;
    return undefined;
  }

  #fail(code: "internal" | "resourceExhausted", problem: string): never {
    this.#needMore();
    this.#failure = new RpcError(code, `receive from ${this.#source}: ${problem}`);
    throw this.#failure;
  }
}

/** Returns the four bytes of a header as text, if a program that speaks text sent them. */
function textOf(length: number): string | undefined {
  const bytes = [0, 8, 16, 24].map((shift) => (length >>> shift) & 0xff);
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? String.fromCharCode(...bytes) : undefined;
}
