import type { Connection } from "../../../call/connection.js";
import type { ConformanceKit } from "../conformance-kit.js";
import { SourceStates } from "../source-states.js";
import { ConformanceStreams } from "../streams.crosspane.js";
import type { SourceState } from "../streams.service.js";

/** A source that a case controls, and its state. */
export interface LocalSource<T> {
  readonly items: AsyncIterable<T>;
  readonly state: SourceState;
}

/**
 * Yields the numbers from 0 to `to`, which is excluded. Without `to` it is endless and leaves room
 * for timers between the items.
 */
export async function* upTo(to?: number): AsyncGenerator<number> {
  for (let value = 0; value !== to; value++) {
    yield value;
    if (to === undefined && value % 1_000 === 999) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Returns the same items and the state of the source. */
export function watched<T>(items: AsyncIterable<T>): LocalSource<T> {
  const states = new SourceStates();
  const key = "it";
  return {
    items: states.watch(key, items),
    get state() {
      return states.of(key);
    },
  };
}

/** Reads all items of a stream. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Returns the iterator of a stream, for a case that asks for items one by one. */
export function iteratorOf<T>(items: AsyncIterable<T>): AsyncIterator<T> {
  return items[Symbol.asyncIterator]();
}

/** Returns a client of the streams on a connection of its own. */
export async function streamsOf(kit: ConformanceKit): Promise<ConformanceStreams> {
  return (await kit.connect()).client(ConformanceStreams);
}

/** Returns the same client with its connection. */
export async function connectedStreams(
  kit: ConformanceKit,
): Promise<{ readonly connection: Connection; readonly service: ConformanceStreams }> {
  const connection = await kit.connect();
  return { connection, service: connection.client(ConformanceStreams) };
}

/** Waits until the server's source with this key has ended in this way. */
export async function sourceEnds(
  kit: ConformanceKit,
  { service, key }: { readonly service: ConformanceStreams; readonly key: string },
  ended: "done" | "left" | "thrown",
): Promise<void> {
  await kit.until(
    async () => (await service.state(key)).ended === ended,
    `a source that has ended as ${ended}`,
  );
}
