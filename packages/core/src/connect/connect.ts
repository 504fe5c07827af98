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
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { assertRuntime } from "../errors/assert-runtime.js";
import { RpcError } from "../errors/rpc-error.js";
import { isError } from "../runtime/brands.js";
import type { ServiceImplementation } from "../service/service.js";
import { connectFailure, mayAppear } from "../transport/connect-failure.js";
import type { Transport } from "../transport/transport.js";
import { checkReconnect, type ReconnectOptions } from "./reconnect-options.js";
import { ReconnectingConnection } from "./reconnecting-connection.js";
import { dialVerified } from "./require-server.js";

/** How `connect` goes about it. */
export interface ConnectOptions extends ConnectionOptions {
  /**
   * Milliseconds to wait for a server that is not there yet, and for its answer. Unless given, 5,000 for a server, and 30,000 for the
   * answer of one that is there: on a busy machine it may take that long.
   */
  readonly timeoutMs?: number;
  /** Gives up earlier. */
  readonly signal?: AbortSignal;
  /** Services that the server may call on this connection. */
  readonly services?: readonly ServiceImplementation[];
  /**
   * Who the server has to be, in the words of `@allow`: it has to meet all words of any of these rules. Looked at before anything is sent to it; what the
   * transport does not know is not met.
   */
  readonly requireServer?: readonly string[];
  /**
   * The connection comes back by itself when its link breaks or the server closes it, until it is closed here. Calls under way then fail with
   * `unavailable` and are never made again by themselves; what was held by reference is gone, and says so.
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
/** A server that is there and slow costs nothing to wait for; one that is stopped is not waited for much longer than a heartbeat would. */
const defaultAnswerMs = 30_000;
/** A server that starts is there within milliseconds, one that is down should not be asked a hundred times a second. */
const firstRetryMs = 10;
const maxRetryMs = 250;

/**
 * Connects to a server. One that is not there yet is waited for up to `timeoutMs`.
 * @throws {RpcError} `unavailable` if no server answered in time, `cancelled` by the signal, `failedPrecondition` if the server
 * speaks another protocol version, `permissionDenied` if it is not who it has to be, or what the transport says: `permissionDenied`, `invalidArgument`.
 */
export async function connect(transport: Transport, options: ConnectOptions = {}): Promise<Connection> {
  assertRuntime();
  assertOptions("connect", options, optionNames);
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  if (!(timeoutMs >= 0)) {
    throw new RpcError(
      "invalidArgument",
      `connect: timeoutMs must be 0 or more milliseconds, got ${timeoutMs}`,
    );
  }
  const sessionOptions = resolveSessionOptions(transport.endpoint, options.services ?? [], options);
  const dial = dialVerified(transport, options.requireServer);
  const reconnect = checkReconnect(options.reconnect);
  const answerMs = Math.max(timeoutMs, options.timeoutMs ?? defaultAnswerMs);
  const search: Search = { dial, options: sessionOptions, timeoutMs, answerMs, waits: true };
  const session = await connectWithin(search, signal ?? new AbortController().signal);
  if (reconnect === undefined) return session.connection;
  return new ReconnectingConnection(session, {
    // How long to wait between two attempts is decided there.
    open: (until) => connectWithin({ ...search, waits: false }, until),
    reconnect,
    onError: sessionOptions.onError,
  });
}

/** How a session is looked for. */
interface Search {
  readonly dial: Transport["dial"];
  readonly options: SessionOptions;
  readonly timeoutMs: number;
  /** Milliseconds for an attempt that has found a server, from the beginning of the search. */
  readonly answerMs: number;
  /** For a server that is not there yet; otherwise there is one attempt. */
  readonly waits: boolean;
}

async function connectWithin(search: Search, signal: AbortSignal): Promise<Session> {
  const { options, timeoutMs, answerMs, waits } = search;
  const attempt = new Attempt();
  const onAbort = () => attempt.abort(RpcError.from(signal.reason, "cancelled"));
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

/** The end of a search, and how far its attempt of the moment is. */
class Attempt extends AbortController {
  /** A server is there and has not answered yet. */
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
        // A dial that has nothing to say about the server rejects with the reason itself.
        const met = isReached ? unanswered(endpoint) : error === reason ? last : error;
        throw new RpcError(reason.code, reason.message, { cause: met ?? error });
      }
      if (!mayAppear(error) || !waits) throw error;
      last = error;
    }
    // Half of it by chance, so that many clients of one server do not come back all at once.
    await sleep(delayMs / 2 + (Math.random() * delayMs) / 2, signal);
  }
}

/** The state of a server that was reached and is silent: stopped, hung, or on a machine that is too busy. */
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
