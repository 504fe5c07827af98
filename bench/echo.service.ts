/**
 * The service that the benchmark calls: the least that a call with content can do.
 * @service bench.Echo
 */
export interface Echo {
  echo(payload: Uint8Array): Promise<Uint8Array>;
  /** Streams `count` items of `itemBytes` bytes each. */
  items(count: number, itemBytes: number): AsyncIterable<Uint8Array>;
  /** Reads all items, and returns their bytes. */
  upload(items: AsyncIterable<Uint8Array>): Promise<number>;
}
