/**
 * Memory that another process may change at any time. Offsets are in bytes; words have 4 bytes and
 * offsets that are multiples of 4. There are two back ends: one over a view of the memory, and one
 * that copies, for runtimes that forbid such views (Electron:
 * https://www.electronjs.org/blog/v8-memory-cage).
 */
export interface SharedMemory {
  readonly byteLength: number;
  /** The memory itself, where the runtime allows it. */
  readonly view: ArrayBuffer | undefined;
  /** Reads a word before every access that follows in the program. */
  load(offset: number): number;
  /** Writes a word after every access before it in the program, and before every later `load`. */
  store(offset: number, word: number): void;
  /** Copies bytes out of the memory. */
  read(offset: number, to: Uint8Array): void;
  /** Copies bytes into the memory. */
  write(offset: number, from: Uint8Array): void;
  /**
   * Detaches from the memory: later use fails, instead of reading memory that is no longer mapped.
   */
  detach(): void;
}
