import { abortError } from "../call/call-errors.js";
import type { Connection } from "../call/connection.js";
import { Deadline, sleep } from "../call/deadline.js";
import { openSession } from "../connection/open-session.js";
import type { Session } from "../connection/session.js";
import { SessionConnection } from "../connection/session-connection.js";
import {
  type ConnectionOptions,
  connectionOptionNames,
  resolveSessionOptions,
  type SessionOptions,
} from "../connection/session-options.js";
import { assertMs } from "../errors/assert-ms.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { assertRuntime } from "../errors/assert-runtime.js";
import { RpcError } from "../errors/rpc-error.js";
import { isError } from "../runtime/brands.js";
import type { ServiceImplementation } from "../service/service.js";
import { assertTransport } from "../transport/assert-transport.js";
import { connectFailure, mayAppear } from "../transport/connect-failure.js";
import type { Transport } from "../transport/transport.js";
import { dialVerified } from "./dial-verified.js";
import { checkReconnect, type ReconnectOptions } from "./reconnect-options.js";
import { ReconnectingConnection } from "./reconnecting-connection.js";

/** Options for `connect`. */
export interface ConnectOptions extends ConnectionOptions {
  /**
   * Milliseconds to wait for a server that is not up yet, and for its answer. By default 5,000 for
   * a server, and 30,000 for the answer of a server that was found, which may take that long on a
   * busy machine.
   */
  readonly timeoutMs?: number;
  /** Cancels the attempt. */
  readonly signal?: AbortSignal;
  /** Services that the server may call on this connection. */
  readonly services?: readonly ServiceImplementation[];
  /**
   * Rules for the identity of the server, in the syntax of `@allow`. The server has to meet all
   * words of at least one rule. The rules are checked before anything is sent. A fact that the
   * transport does not know counts as not met.
   */
  readonly requireServer?: readonly string[];
  /**
   * Re-establishes the connection when its link breaks or the server closes it, until this side
   * closes it. Calls in flight fail with `unavailable` and are never repeated automatically. Calls
   * on held references fail.
   */
  readonly reconnect?: boolean | ReconnectOptions;
}

const optionNames = {
  timeoutMs: true,
  signal: true,
  services: true,
  requireServer: true,
  reconnect: true,
  ...connectionOptionNames,
} satisfies OptionNames<ConnectOptions>;

const defaultTimeoutMs = 5_000;
/** Long enough for a slow server, and not much longer than a heartbeat waits for a stopped one. */
const defaultAnswerMs = 30_000;
/** A starting server is up within milliseconds. One that is down should not be dialed too often. */
const firstRetryMs = 10;
const maxRetryMs = 250;

/**
 * Connects to a server. Waits up to `timeoutMs` for a server that is not up yet.
 * @throws {RpcError} `unavailable` if no server answered in time, `cancelled` by the signal,
 * `failedPrecondition` if the server speaks another protocol version, `permissionDenied` if it does
 * not meet `requireServer`, or an error of the transport: `permissionDenied`, `invalidArgument`.
 * @example
 * ```ts
 * import { connect } from "@crosspane/core";
 * import { messagePort } from "@crosspane/transports/message-port";
 * import { Hello } from "./hello.crosspane.js";
 *
 * const connection = await connect(messagePort(port));
 * console.log(await connection.client(Hello).greet("world"));
 * ```
 */
export async function connect(transport: Transport, options: ConnectOptions = {}): Promise<Connection> {
  assertRuntime();
  assertOptions("connect", options, optionNames);
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  assertTransport("connect", transport);
  assertMs("connect: timeoutMs", timeoutMs);
  const sessionOptions = resolveSessionOptions(transport.endpoint, options.services ?? [], options);
  const dial = dialVerified(transport, options.requireServer);
  const reconnect = checkReconnect(options.reconnect);
  const answerMs = Math.max(timeoutMs, options.timeoutMs ?? defaultAnswerMs);
  const search: Search = { dial, options: sessionOptions, timeoutMs, answerMs, waits: true };
  const session = await connectWithin(search, signal ?? new AbortController().signal);
  if (reconnect === undefined) return session.connection;
  return new ReconnectingConnection(session, {
    // ReconnectingConnection decides how long to wait between attempts.
    open: (until) => connectWithin({ ...search, waits: false }, until),
    reconnect,
    onError: sessionOptions.onError,
  });
}

/** Parameters of the search for a server. */
interface Search {
  readonly dial: Transport["dial"];
  readonly options: SessionOptions;
  readonly timeoutMs: number;
  /** Milliseconds from the start of the search for an attempt that has found a server. */
  readonly answerMs: number;
  /** True to retry until a server is up; false for a single attempt. */
  readonly waits: boolean;
}

async function connectWithin(search: Search, signal: AbortSignal): Promise<Session> {
  const { options, timeoutMs, answerMs, waits } = search;
  const attempt = new Attempt();
  const onAbort = () => attempt.abort(abortError(`connect to ${options.endpoint}`, signal));
  const late = () => attempt.abort(new RpcError("unavailable", "no answer in time"));
  let limitMs = timeoutMs;
  let deadline = new Deadline(timeoutMs, () => {
    if (!attempt.hasFound || answerMs === timeoutMs) return late();
    limitMs = answerMs;
    deadline = new Deadline(answerMs - timeoutMs, late);
  });
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    return await connectUntil(search, attempt);
  } catch (thrown) {
    const error = connectFailure(options.endpoint, thrown);
    throw mayAppear(error) && waits ? notConnected(options.endpoint, limitMs, error) : error;
  } finally {
    deadline.clear();
    signal.removeEventListener("abort", onAbort);
  }
}

/** The end of a search, and the progress of its current attempt. */
class Attempt extends AbortController {
  /** True once a server was found, before it has answered. */
  hasFound = false;
}

async function connectUntil({ dial, options, waits }: Search, attempt: Attempt): Promise<Session> {
  const { endpoint } = options;
  const { signal } = attempt;
  const found = () => {
    attempt.hasFound = true;
  };
  let last: RpcError | undefined;
  for (let delayMs = firstRetryMs; ; delayMs = Math.min(delayMs * 2, maxRetryMs)) {
    let isReached = false;
    attempt.hasFound = false;
    try {
      signal.throwIfAborted();
      const connection = await dial(signal, found);
      isReached = true;
      found();
      return await openSession(connection, options, {
        role: "client",
        signal,
        connectionOf: (opened) => new SessionConnection(opened),
      });
    } catch (thrown) {
      const error = connectFailure(endpoint, thrown);
      if (signal.aborted) {
        const reason = RpcError.from(signal.reason, "cancelled");
        // A dial that knows nothing about the server rejects with the reason itself.
        const met = isReached ? unanswered(endpoint) : error === reason ? last : error;
        throw new RpcError(reason.code, reason.message, { cause: met ?? error });
      }
      if (!mayAppear(error) || !waits) throw error;
      last = error;
    }
    // Half of the delay is random, so that clients do not all retry at once.
    await sleep(delayMs / 2 + (Math.random() * delayMs) / 2, signal);
  }
}

/** Error for a server that was reached and does not answer: stopped, hung or on a busy machine. */
function unanswered(endpoint: string): RpcError {
  return new RpcError(
    "unavailable",
    `dial ${endpoint}: the server is there but has not answered; it may be busy or stopped`,
  );
}

function notConnected(endpoint: string, limitMs: number, error: RpcError): RpcError {
  const { message } = isError(error.cause) ? error.cause : error;
  const prefix = `dial ${endpoint}: `;
  const last = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return new RpcError(
    "unavailable",
    `connect to ${endpoint}: no connection within ${limitMs} ms (timeoutMs): ${last}`,
    { cause: error },
  );
}
