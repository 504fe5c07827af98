/**
 * What the benchmark calls: the least that a call with content can do.
 * @service bench.Echo
 */
export interface Echo {
  echo(payload: Uint8Array): Promise<Uint8Array>;
  /** As many items of so many bytes. */
  items(count: number, itemBytes: number): AsyncIterable<Uint8Array>;
  /** Reads all, and tells how many bytes there were. */
  upload(items: AsyncIterable<Uint8Array>): Promise<number>;
}
