import type { IncomingMessage, ServerResponse } from "node:http";
import { clearTimeout, setTimeout } from "node:timers";

/** An answer, and the request that it is for if that may not have been read in full. */
export interface JsonAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly unread?: IncomingMessage;
}

/** Answers with JSON, unless the client is gone or was answered. */
export function sendJson(
  response: ServerResponse,
  status: number,
  { headers, json, unread }: JsonAnswer,
): void {
  if (response.destroyed || response.headersSent) return;
  const body = Buffer.from(JSON.stringify(json));
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
  });
  if (unread === undefined || unread.complete) {
    response.end(body);
  } else {
    response.write(body);
    discardBody(unread, () => response.end());
  }
}

/** Milliseconds that the rest of a body may take to arrive after its request was refused. */
const discardMs = 2_000;

/**
 * Reads the rest of a body that is not wanted, for a time, before the answer ends. A connection
 * that is closed while bytes arrive is reset, and the client may lose what was sent before.
 */
function discardBody(request: IncomingMessage, end: () => void): void {
  const over = () => {
    clearTimeout(timer);
    request.off("end", over).off("close", over);
    end();
    if (!request.complete) request.socket.destroy();
  };
  const timer = setTimeout(over, discardMs);
  request.on("end", over).on("close", over).resume();
}
