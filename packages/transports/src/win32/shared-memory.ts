/**
 * Memory that another process may change at any time. Offsets are in bytes; words have 4 bytes and offsets that are multiples
 * of 4. There are two back ends: one over a view of the memory, and one that copies, for runtimes that allow no such views
 * (Electron: https://www.electronjs.org/blog/v8-memory-cage).
 */
export interface SharedMemory {
  readonly byteLength: number;
  /** The memory itself, where the runtime allows it. */
  readonly view: ArrayBuffer | undefined;
  /** Reads a word; nothing that follows in the program happens before it. */
  load(offset: number): number;
  /** Writes a word after everything before it in the program, and before every `load` after it. */
  store(offset: number, word: number): void;
  /** Copies out. */
  read(offset: number, to: Uint8Array): void;
  /** Copies in. */
  write(offset: number, from: Uint8Array): void;
  /** Cuts the link to the memory: what is used afterwards fails instead of reading what is there no more. */
  detach(): void;
}
