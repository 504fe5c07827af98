import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { clearInterval, setInterval } from "node:timers";

/** Options for {@link sendEvents}. */
export interface EventOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Converts an item to JSON. */
  readonly write: (item: unknown) => unknown;
  /** Converts an error to JSON. */
  readonly describe: (thrown: unknown) => object;
  /** Aborted when the client has disconnected. */
  readonly signal: AbortSignal;
  readonly keepAliveMs: number;
}

/**
 * Sends a stream as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * An item is read when the client has taken the ones before. The headers go out with the first
 * item, so an error before it has a status; at the latest they do after `keepAliveMs`.
 * @throws the error of a stream that fails before anything was sent.
 */
export async function sendEvents(
  response: ServerResponse,
  stream: AsyncIterable<unknown>,
  options: EventOptions,
): Promise<void> {
  const { headers, write, describe, signal, keepAliveMs } = options;
  const send = (text: string): boolean => {
    // Writing to a client that is gone would be an error of its own.
    if (response.destroyed) return false;
    if (!response.headersSent)
      response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
    return response.write(text);
  };
  const keepAlive = setInterval(() => {
    if (!response.writableNeedDrain) send(": \n\n");
  }, keepAliveMs);
  try {
    for await (const item of stream) {
      const taken = send(`data: ${JSON.stringify(write(item))}\n\n`);
      keepAlive.refresh();
      if (!taken) await once(response, "drain", { signal });
    }
    send("event: end\ndata: null\n\n");
  } catch (thrown) {
    if (!response.headersSent) throw thrown;
    send(`event: error\ndata: ${JSON.stringify(describe(thrown))}\n\n`);
  } finally {
    clearInterval(keepAlive);
  }
  response.end();
}
