import type { IncomingMessage, ServerResponse } from "node:http";
import { type Connection, RpcError, type ServiceDefinition, withOptions } from "@crosspane/core";
import type { BridgedMethod } from "./bridged-methods.js";
import { callOptionsOf } from "./call-headers.js";
import { errorAnswer } from "./error-json.js";
import { sendEvents } from "./event-stream.js";
import { jsonFormOf } from "./json/json-forms.js";
import { JsonMismatch } from "./json/json-mismatch.js";
import { JsonWalk } from "./json/json-walk.js";
import { readArgs } from "./read-args.js";
import { type BodyLimits, readJson } from "./read-body.js";
import { sendJson } from "./send-json.js";

/** Services of a bridge, and how calls of them are answered. */
export interface CallContext extends BodyLimits {
  readonly connection: Connection;
  readonly keepAliveMs: number;
}

/** A request of a client. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Headers of every answer to this request. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads the arguments of a call, makes it, and answers. The call is cancelled when the client
 * disconnects.
 * @throws the error to answer with, if nothing was answered yet.
 */
export async function answerCall(
  bridged: BridgedMethod,
  { request, response, headers }: Exchange,
  context: CallContext,
): Promise<void> {
  const { method, label } = bridged;
  const gone = new AbortController();
  response.once("close", () =>
    gone.abort(new RpcError("cancelled", `${label}: the client has disconnected`)),
  );
  const { signal } = gone;
  const json = await readJson(request, context);
  const args = readArgs(label, method, { json, signal });
  const call = callerOf(bridged, context.connection, { ...callOptionsOf(request.headers), signal });
  switch (method.kind) {
    case "unary":
      sendJson(response, 200, { headers, json: writeResult(bridged, await call(args)) });
      break;
    case "notify":
      call(args);
      // So that a client that calls and calls waits for its handlers to begin.
      await context.connection.flush({ signal });
      sendJson(response, 202, { headers, json: null });
      break;
    case "stream":
      await sendEvents(response, call(args) as AsyncIterable<unknown>, {
        headers,
        signal,
        keepAliveMs: context.keepAliveMs,
        write: (item) => writeResult(bridged, item),
        describe: (thrown) => errorAnswer(thrown, method).json,
      });
  }
}

/** Returns a function that makes the call with its options. */
function callerOf(
  { service, method }: BridgedMethod,
  connection: Connection,
  options: Parameters<typeof withOptions>[1],
): (args: readonly unknown[]) => unknown {
  const definition = service.definition as ServiceDefinition<object>;
  const client = connection.client({ definition, implement: () => service });
  const caller = withOptions(client, { ...options, detached: true }) as Readonly<
    Record<string, (...args: readonly unknown[]) => unknown>
  >;
  return (args) => caller[method.name]?.(...args);
}

/** @throws {RpcError} `internal` for a result that JSON cannot say. */
function writeResult({ label, result }: BridgedMethod, value: unknown): unknown {
  try {
    return jsonFormOf(result).write(value, new JsonWalk());
  } catch (thrown) {
    if (!(thrown instanceof JsonMismatch)) throw thrown;
    throw new RpcError("internal", `${label}: result: ${thrown.describe()}`);
  }
}
