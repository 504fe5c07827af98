import { RpcError } from "@crosspane/core";
import type { SharedMemory } from "../win32/shared-memory.js";
import { ByteQueue } from "./byte-queue.js";
import { aligned, alignment, type endings, frameBytes, frameHeaderBytes, type RingPlace } from "./layout.js";
import { Scratch } from "./scratch.js";

/** Size of the stage, which collects small messages so that they go into the ring in one copy. */
const stageBytes = 8 * 1024;

/**
 * The producing end of a ring. Messages are staged in private memory, moved to the ring by `flush`,
 * and queued when the ring is full. The only value it reads from shared memory is the consumer's
 * cursor, which it checks.
 *
 * After `flush` the consumer is woken only if its flag says that it sleeps. The flag is cleared
 * before the event is set, and the event is set whenever the flag was seen, so no atomic exchange
 * is needed. If the consumer has raised the flag again in between, and this clears it, the event
 * still follows, and a woken consumer checks the ring and raises its flag again.
 */
export class RingWriter {
  readonly #memory: SharedMemory;
  readonly #ring: RingPlace;
  readonly #wakeConsumer: () => void;
  readonly #queue = new ByteQueue();
  #stage: Scratch | undefined;
  #staged = 0;
  #tail = 0;
  #published = 0;
  #head = 0;

  /** @param wakeConsumer sets the event on which the consumer sleeps. */
  constructor(memory: SharedMemory, ring: RingPlace, wakeConsumer: () => void) {
    this.#memory = memory;
    this.#ring = ring;
    this.#wakeConsumer = wakeConsumer;
  }

  /** Bytes that are queued because the ring is full. */
  get queuedBytes(): number {
    return this.#queue.byteLength;
  }

  /** Bytes that are staged for the ring. */
  get stagedBytes(): number {
    return this.#staged;
  }

  /** True if `flush` has something to do. */
  get isDirty(): boolean {
    return this.#staged > 0 || this.#tail !== this.#published || this.#queue.byteLength > 0;
  }

  /**
   * Adds a copy of one message.
   * @throws {RpcError} `internal` if the consumer's cursor is impossible.
   */
  add(message: Uint8Array): void {
    const bytes = frameBytes(message.length);
    if (bytes > stageBytes - this.#staged) {
      this.#unstage();
      if (bytes > stageBytes) return this.#addLarge(message);
    }
    this.#stage ??= new Scratch(stageBytes, frameHeaderBytes);
    const { bytes: stage } = this.#stage;
    const at = this.#writeHeader(this.#stage, this.#staged, message.length);
    stage.set(message, at);
    this.#staged += bytes;
  }

  /**
   * Moves staged and queued bytes into the ring, as far as there is room, and publishes them.
   * @throws {RpcError} `internal` if the consumer's cursor is impossible.
   */
  flush(): void {
    if (this.#queue.byteLength > 0) this.#unqueue();
    if (this.#staged > 0) this.#unstage();
    if (this.#tail !== this.#published) this.#publish();
  }

  /**
   * Asks to be woken when there is room.
   * @returns false if there is room already.
   */
  sleep(): boolean {
    const { producerWaits } = this.#ring;
    this.#memory.store(producerWaits, 1);
    if (this.#room(true) === 0) return true;
    this.#memory.store(producerWaits, 0);
    return false;
  }

  /** Marks the end after the last published byte. */
  end(how: (typeof endings)["inOrder" | "brokenOff"]): void {
    this.#memory.store(this.#ring.ended, how);
    this.#wakeConsumer();
  }

  /** Drops everything that is not in the ring. */
  clear(): void {
    this.#queue.clear();
    this.#staged = 0;
    this.#stage = undefined;
  }

  #writeHeader({ words }: Scratch, at: number, messageBytes: number): number {
    words[at >>> 2] = messageBytes;
    words[(at >>> 2) + 1] = 0;
    return at + frameHeaderBytes;
  }

  /** Writes as much as fits directly into the ring, so that it is copied once. */
  #addLarge(message: Uint8Array): void {
    this.#stage ??= new Scratch(stageBytes, frameHeaderBytes);
    this.#writeHeader(this.#stage, 0, message.length);
    this.#take(this.#stage.beginning(frameHeaderBytes));
    const whole = Math.floor(message.length / alignment) * alignment;
    this.#take(message.subarray(0, whole));
    if (whole === message.length) return;
    const { bytes } = this.#stage;
    bytes.fill(0, 0, alignment);
    bytes.set(message.subarray(whole));
    this.#take(this.#stage.beginning(aligned(message.length) - whole));
  }

  #unstage(): void {
    const stage = this.#stage;
    if (stage === undefined || this.#staged === 0) return;
    const count = this.#staged;
    this.#staged = 0;
    this.#take(stage.beginning(count));
  }

  /** Puts bytes into the ring, and the rest into the queue. */
  #take(bytes: Uint8Array): void {
    const fits = this.#queue.byteLength > 0 ? 0 : this.#put(bytes);
    if (fits < bytes.length) this.#queue.push(fits === 0 ? bytes : bytes.subarray(fits));
  }

  #unqueue(): void {
    for (let chunk = this.#queue.peek(); chunk !== undefined; chunk = this.#queue.peek()) {
      const fits = this.#put(chunk);
      this.#queue.drop(fits);
      if (fits < chunk.length) return;
    }
  }

  /** @returns the number of bytes that fit. All counts are multiples of the alignment. */
  #put(bytes: Uint8Array): number {
    const { capacity, data } = this.#ring;
    let fits = bytes.length;
    if (fits > this.#room(false)) fits = Math.min(fits, this.#room(true));
    if (fits === 0) return 0;
    const at = this.#tail & (capacity - 1);
    const beforeEnd = capacity - at;
    if (fits <= beforeEnd) {
      this.#memory.write(data + at, fits === bytes.length ? bytes : bytes.subarray(0, fits));
    } else {
      this.#memory.write(data + at, bytes.subarray(0, beforeEnd));
      this.#memory.write(data, bytes.subarray(beforeEnd, fits));
    }
    this.#tail = (this.#tail + fits) >>> 0;
    // An awake consumer can begin while the rest is written.
    if ((this.#tail - this.#published) >>> 0 >= capacity >>> 2) this.#publish();
    return fits;
  }

  /**
   * Returns the free bytes. The consumer's cursor is read again only on request, because that costs
   * a cache miss.
   */
  #room(anew: boolean): number {
    if (anew) this.#head = this.#memory.load(this.#ring.head) >>> 0;
    const used = (this.#tail - this.#head) >>> 0;
    if (used > this.#ring.capacity || used % alignment !== 0) {
      throw new RpcError("internal", `the peer's read cursor is impossible: ${used} bytes unread`);
    }
    return this.#ring.capacity - used;
  }

  #publish(): void {
    this.#published = this.#tail;
    const { tail, consumerWaits } = this.#ring;
    this.#memory.store(tail, this.#tail);
    if (this.#memory.load(consumerWaits) === 0) return;
    this.#memory.store(consumerWaits, 0);
    this.#wakeConsumer();
  }
}
