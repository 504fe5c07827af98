/**
 * What the benchmark calls: the least that a call with content can do.
 * @service bench.Echo
 */
export interface Echo {
  echo(payload: Uint8Array): Promise<Uint8Array>;
}
