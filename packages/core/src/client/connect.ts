import { assertRuntime } from "../errors/assert-runtime.js";
import { RpcError } from "../errors/rpc-error.js";
import type { ServiceImplementation } from "../service/service.js";
import type { Connection } from "../session/connection.js";
import { Deadline, sleep } from "../session/deadline.js";
import { openSession } from "../session/open-session.js";
import type { Session } from "../session/session.js";
import {
  type ConnectionOptions,
  resolveSessionOptions,
  type SessionOptions,
} from "../session/session-options.js";
import { connectFailure, mayAppear } from "../transport/connect-failure.js";
import type { Transport } from "../transport/transport.js";
import { checkReconnect, type ReconnectOptions } from "./reconnect-options.js";
import { ReconnectingConnection } from "./reconnecting-connection.js";
import { dialRequired } from "./require-server.js";
import { SessionConnection } from "./session-connection.js";

/** How `connect` goes about it. */
export interface ConnectOptions extends ConnectionOptions {
  /** Milliseconds to wait for a server that is not there yet, and for its handshake; 5,000 unless told otherwise. */
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

const defaultTimeoutMs = 5_000;
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
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  if (!(timeoutMs >= 0)) {
    throw new RpcError(
      "invalidArgument",
      `connect: timeoutMs must be 0 or more milliseconds, got ${timeoutMs}`,
    );
  }
  const sessionOptions = resolveSessionOptions(transport.endpoint, options.services ?? [], options);
  const dial = dialRequired(transport, options.requireServer);
  const reconnect = checkReconnect(options.reconnect);
  const search: Search = { dial, options: sessionOptions, timeoutMs, waits: true };
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
  /** For a server that is not there yet; otherwise there is one attempt. */
  readonly waits: boolean;
}

async function connectWithin(search: Search, signal: AbortSignal): Promise<Session> {
  const { options, timeoutMs, waits } = search;
  const attempt = new AbortController();
  const onAbort = () => attempt.abort(RpcError.from(signal.reason, "cancelled"));
  const deadline = new Deadline(timeoutMs, () =>
    attempt.abort(new RpcError("unavailable", "no answer in time")),
  );
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    return await connectUntil(search, attempt.signal);
  } catch (thrown) {
    const error = connectFailure(options.endpoint, thrown);
    throw mayAppear(error) && waits ? notConnected(search, error) : error;
  } finally {
    deadline.clear();
    signal.removeEventListener("abort", onAbort);
  }
}

async function connectUntil({ dial, options, waits }: Search, signal: AbortSignal): Promise<Session> {
  const { endpoint } = options;
  let last: RpcError | undefined;
  for (let delayMs = firstRetryMs; ; delayMs = Math.min(delayMs * 2, maxRetryMs)) {
    let isReached = false;
    try {
      signal.throwIfAborted();
      const connection = await dial(signal);
      isReached = true;
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

function notConnected({ options: { endpoint }, timeoutMs }: Search, error: RpcError): RpcError {
  const { message } = error.cause instanceof Error ? error.cause : error;
  const prefix = `dial ${endpoint}: `;
  const last = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return new RpcError(
    "unavailable",
    `connect to ${endpoint}: no connection within ${timeoutMs} ms (timeoutMs): ${last}`,
    { cause: error },
  );
}
