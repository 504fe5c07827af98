/** Bytes accepted by `send` and not yet taken at which `send` asks its caller to wait. */
export const sendHighWaterBytes = 1024 * 1024;

/**
 * Bytes at which `drained` follows: low enough to admit many messages at once, high enough that the
 * connection does not run dry.
 */
export const sendLowWaterBytes = 256 * 1024;

/** Counts the bytes that a connection has accepted and its medium or its peer has not taken. */
export class SendGauge {
  #bytes = 0;
  #isHigh = false;

  /** Bytes that are not taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts accepted bytes. Returns false if the sender has to wait for `drained`. */
  accept(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#bytes >= sendHighWaterBytes) this.#isHigh = true;
    return !this.#isHigh;
  }

  /** Counts taken bytes. Returns true if this ends the sender's wait. */
  take(bytes: number): boolean {
    this.#bytes = Math.max(this.#bytes - bytes, 0);
    if (!this.#isHigh || this.#bytes > sendLowWaterBytes) return false;
    this.#isHigh = false;
    return true;
  }

  /** Forgets all bytes. A sender that waits is not told. */
  clear(): void {
    this.#bytes = 0;
  }
}
