import { RpcError } from "@crosspane/core";
import type { SharedMemory } from "../win32/shared-memory.js";
import { returnAssemblyBuffer, takeAssemblyBuffer } from "./assembly-buffers.js";
import { aligned, alignment, endings, frameHeaderBytes, type RingPlace } from "./layout.js";
import { Scratch } from "./scratch.js";

/** Bytes that are copied out of the ring at once. */
const batchBytes = 16 * 1024;

/** Smallest buffer for a message that is larger than a batch. */
const leastAssemblyBytes = 64 * 1024;

/**
 * Largest ratio of the buffer for a message to its received bytes: a claimed length costs its
 * sender, not the receiver.
 */
const assemblyGrowth = 4;

/**
 * The consuming end of a ring. The peer may change the shared memory at any time, so nothing is
 * interpreted in place. The producer's cursor is read once for each batch and checked, the batch is
 * copied out, and lengths and messages are read from the copy. An invalid frame is a permanent
 * error; there is no resynchronization.
 *
 * ```ts
 * while (reader.fill()) for (let m = reader.next(); m !== undefined; m = reader.next())
 * receiver.message(m);
 * ```
 */
export class RingReader {
  /** Limit of a message in bytes; checked as soon as the length is known. */
  maxMessageBytes: number;
  readonly #memory: SharedMemory;
  readonly #ring: RingPlace;
  readonly #source: string;
  readonly #wakeProducer: () => void;
  #batch: Scratch | undefined;
  #at = 0;
  #end = 0;
  #head = 0;
  #assembly: Uint8Array | undefined;
  /** The buffer of an assembled message that `next` has returned. */
  #handedOut: Uint8Array | undefined;
  #assembled = 0;
  /** Length of the message that is being assembled. */
  #length = 0;

  /**
   * @param source names the peer in error messages.
   * @param wakeProducer sets the event on which the producer sleeps.
   */
  constructor(
    memory: SharedMemory,
    ring: RingPlace,
    options: {
      readonly source: string;
      readonly maxMessageBytes: number;
      readonly wakeProducer: () => void;
    },
  ) {
    this.#memory = memory;
    this.#ring = ring;
    this.#source = options.source;
    this.#wakeProducer = options.wakeProducer;
    this.maxMessageBytes = options.maxMessageBytes;
  }

  /** True when the received bytes end inside a message. */
  get insideMessage(): boolean {
    return this.#assembly !== undefined;
  }

  /** True if `fill` would find bytes. Costs one read. */
  get hasMore(): boolean {
    return this.#memory.load(this.#ring.tail) >>> 0 !== this.#head;
  }

  /** Checks `hasMore` up to this many times, until there is something. */
  waitForMore(looks: number): boolean {
    for (let look = 0; look < looks; look++) if (this.hasMore) return true;
    return false;
  }

  /** The producer's cursor, unchecked: a change means that there is more. */
  get published(): number {
    return this.#memory.load(this.#ring.tail);
  }

  /** True if `next` has bytes left in the batch. */
  get hasLeft(): boolean {
    return this.#at !== this.#end;
  }

  /** The producer's ending, if it has ended: read it before the last `fill`. */
  get ended(): "not" | "inOrder" | "brokenOff" {
    const word = this.#memory.load(this.#ring.ended);
    return word === endings.not ? "not" : word === endings.inOrder ? "inOrder" : "brokenOff";
  }

  /**
   * Copies published bytes out of the ring. Call it when `next` has nothing left.
   * @returns false if there was nothing new.
   * @throws {RpcError} `internal` if the producer's cursor is impossible.
   */
  fill(): boolean {
    const used = ((this.#memory.load(this.#ring.tail) >>> 0) - this.#head) >>> 0;
    if (used === 0) return false;
    if (used > this.#ring.capacity || used % alignment !== 0) {
      throw this.#broken(`its write cursor is impossible: ${used} bytes unread`);
    }
    if (this.#assembly !== undefined) {
      this.#assemble(this.#assembly, used);
    } else {
      this.#batch ??= new Scratch(batchBytes, frameHeaderBytes);
      const count = Math.min(used, batchBytes);
      this.#copyOut(this.#batch.beginning(count));
      this.#at = 0;
      this.#end = count;
      this.#release(count);
    }
    return true;
  }

  /**
   * Returns the next complete message of the batch, valid until the next call of `next` or `fill`,
   * or undefined.
   * @throws {RpcError} `resourceExhausted` for a message over the limit, `internal` for an invalid
   * frame.
   */
  next(): Uint8Array | undefined {
    if (this.#handedOut !== undefined) this.#takeBack(this.#handedOut);
    if (this.#assembly !== undefined) return this.#assembledMessage(this.#assembly);
    const batch = this.#batch;
    if (batch === undefined || this.#at === this.#end) return undefined;
    const length = this.#readHeader(batch);
    const start = this.#at + frameHeaderBytes;
    const end = start + aligned(length);
    if (end <= this.#end) {
      this.#at = end;
      return batch.range(start, length);
    }
    this.#length = length;
    this.#assembled = this.#end - start;
    this.#assembly = takeAssemblyBuffer(Math.min(length, leastAssemblyBytes));
    this.#assembly.set(batch.range(start, Math.min(this.#assembled, length)));
    this.#at = this.#end;
    return undefined;
  }

  /**
   * Asks to be woken when there is more.
   * @returns false if there is more already.
   */
  sleep(): boolean {
    const { consumerWaits } = this.#ring;
    this.#memory.store(consumerWaits, 1);
    if (!this.hasMore) return true;
    this.#memory.store(consumerWaits, 0);
    return false;
  }

  /**
   * Discards everything that was published.
   * @throws {RpcError} `internal` if the producer's cursor is impossible.
   */
  discard(): boolean {
    const used = ((this.#memory.load(this.#ring.tail) >>> 0) - this.#head) >>> 0;
    if (used === 0) return false;
    if (used > this.#ring.capacity) throw this.#broken("its write cursor is impossible");
    this.#head = (this.#head + used) >>> 0;
    this.#release(0);
    return true;
  }

  #readHeader({ words }: Scratch): number {
    const length = (words[this.#at >>> 2] as number) >>> 0;
    if (length === 0) throw this.#broken("an empty message");
    if (words[(this.#at >>> 2) + 1] !== 0) throw this.#broken("a frame header whose second word is not 0");
    if (length > this.maxMessageBytes) {
      throw new RpcError(
        "resourceExhausted",
        `receive from ${this.#source}: the peer announced a message of ${length} bytes, the limit here is ` +
          `${this.maxMessageBytes} bytes; send less, or raise the limit`,
      );
    }
    return length;
  }

  /** Copies the available part of a large message directly to its place, bypassing the batch. */
  #assemble(assembly: Uint8Array, used: number): void {
    const take = Math.min(used, aligned(this.#length) - this.#assembled);
    const bytes = Math.min(take, this.#length - this.#assembled);
    let target = assembly;
    if (this.#assembled + bytes > target.length) {
      target = takeAssemblyBuffer(Math.min(this.#length, assemblyGrowth * (this.#assembled + bytes)));
      target.set(assembly.subarray(0, this.#assembled));
      returnAssemblyBuffer(assembly);
      this.#assembly = target;
    }
    this.#copyOut(target.subarray(this.#assembled, this.#assembled + bytes));
    this.#assembled += take;
    this.#release(take);
  }

  #assembledMessage(assembly: Uint8Array): Uint8Array | undefined {
    if (this.#assembled < aligned(this.#length)) return undefined;
    this.#assembly = undefined;
    this.#handedOut = assembly;
    return assembly.subarray(0, this.#length);
  }

  #takeBack(buffer: Uint8Array): void {
    this.#handedOut = undefined;
    returnAssemblyBuffer(buffer);
  }

  #copyOut(to: Uint8Array): void {
    const { capacity, data } = this.#ring;
    const at = this.#head & (capacity - 1);
    const beforeEnd = capacity - at;
    if (to.length <= beforeEnd) {
      this.#memory.read(data + at, to);
    } else {
      this.#memory.read(data + at, to.subarray(0, beforeEnd));
      this.#memory.read(data, to.subarray(beforeEnd));
    }
  }

  /**
   * Releases the space, and wakes a sleeping producer; see RingWriter for why this needs no atomic
   * exchange.
   */
  #release(count: number): void {
    this.#head = (this.#head + count) >>> 0;
    const { head, producerWaits } = this.#ring;
    this.#memory.store(head, this.#head);
    if (this.#memory.load(producerWaits) === 0) return;
    this.#memory.store(producerWaits, 0);
    this.#wakeProducer();
  }

  #broken(what: string): RpcError {
    return new RpcError("internal", `receive from ${this.#source}: the peer broke the protocol: ${what}`);
  }
}
