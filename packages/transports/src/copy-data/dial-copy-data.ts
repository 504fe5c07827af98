import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import { codes, RpcError } from "@crosspane/core";
import type { TransportConnection } from "@crosspane/core/transport";
import { ByteStreamConnection } from "../byte-stream/byte-stream-connection.js";
import { givenUp } from "../errors/given-up.js";
import type { Hwnd } from "../win32/types.js";
import { findWindowEx } from "../win32/user32.js";
import type { CopyDataAddress } from "./copy-data-address.js";
import { keyBytes } from "./copy-data-layout.js";
import { acceptMs, pumpLingerMs } from "./copy-data-limits.js";
import { CopyDataStream, type Opening } from "./copy-data-stream.js";
import { describeBreak } from "./describe-break.js";
import { messageOnly } from "./message-only.js";
import { nameOf, type PeerProcess, peerProcessOf, processOf } from "./peer-process.js";
import { type PumpThread, usePump } from "./pump-thread.js";
import { windowTitle } from "./window-names.js";

const noWindow = 0 as Hwnd;

/** Time of the last search that did not find a server, on the clock of `performance.now()`. */
let lastMissAt = Number.NEGATIVE_INFINITY;

/**
 * Opens one connection to the window of a name. Checks its process before it sends anything.
 * @throws {RpcError} `unavailable` if there is no such window or it does not answer,
 * `permissionDenied` if it belongs to another user, or the reason of the signal.
 */
export async function dialCopyData(
  address: CopyDataAddress,
  signal: AbortSignal,
  found?: () => void,
): Promise<TransportConnection> {
  const { endpoint, capabilities } = address;
  if (signal.aborted) throw givenUp(endpoint, signal);
  const server = findServer(address);
  found?.();
  let pump: PumpThread;
  try {
    pump = usePump();
  } catch (thrown) {
    server.handle.close();
    throw thrown;
  }
  const stream = new CopyDataStream(pump, server);
  // Errors are reported through `opened`, or later to the connection.
  stream.on("error", () => {});
  if (address.allowLowerIntegrity) pump.order({ kind: "allowLowerIntegrity" });
  const ends = { key: randomBytes(keyBytes), shared: stream.shared };
  pump.order({ kind: "open", link: stream.link, window: server.window, ends });
  try {
    const opening = await answerOf({ stream, server, endpoint }, signal);
    assertEstablished(opening, server, endpoint);
    if (stream.destroyed) throw describeBreak("gone", server);
  } catch (thrown) {
    stream.destroy();
    throw thrown;
  }
  return new ByteStreamConnection(stream, { capabilities, peer: server.peer, endpoint });
}

/**
 * Returns the first window of the name that belongs to this user: another user's window cannot hide
 * this user's server.
 */
function findServer({ name, endpoint }: CopyDataAddress): PeerProcess {
  const operation = `dial ${endpoint}`;
  let refusal: unknown;
  let window = findWindowEx(messageOnly, noWindow, null, windowTitle(name));
  while (window !== noWindow) {
    try {
      return peerProcessOf(window, operation);
    } catch (thrown) {
      refusal ??= thrown;
    }
    window = findWindowEx(messageOnly, window, null, windowTitle(name));
  }
  if (refusal !== undefined) throw refusal;
  prepareForServer();
  throw new RpcError(
    "unavailable",
    `${operation}: no server is listening there; start it, under this name and on this desktop`,
  );
}

/**
 * Starts the pump after repeated misses: the client waits for a server, and the thread that it
 * needs then takes a while to start on a busy machine.
 */
function prepareForServer(): void {
  const now = performance.now();
  if (now - lastMissAt < pumpLingerMs) usePump().release();
  lastMissAt = now;
}

interface Dialed {
  readonly stream: CopyDataStream;
  readonly server: PeerProcess;
  readonly endpoint: string;
}

/**
 * Waits for the server's answer until the signal aborts, however long this program's own pump takes
 * to start. The next dial repeats an opening that a server has lost.
 */
function answerOf({ stream, server, endpoint }: Dialed, signal: AbortSignal): Promise<Opening> {
  const { promise, resolve, reject } = Promise.withResolvers<Opening>();
  const found = nameOf(server.window, server.processId);
  const onAbort = () => reject(givenUp(endpoint, signal, found));
  const late = new RpcError(
    "unavailable",
    `dial ${endpoint}: the server (${found}) is there but has not answered within ${acceptMs} ms; try again`,
  );
  const timer = setTimeout(() => reject(late), acceptMs);
  signal.addEventListener("abort", onAbort);
  void stream.opened.then(resolve);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}

function assertEstablished(opening: Opening, server: PeerProcess, endpoint: string): void {
  switch (opening.kind) {
    case "established":
      return assertOwn(opening.window, server, endpoint);
    case "refused":
      throw new RpcError(codes[opening.code - 1] ?? "unknown", `dial ${endpoint}: refused: ${opening.text}`);
    case "failed": {
      const { code, message } = opening.error;
      throw new RpcError(code, `dial ${endpoint}: ${message}`, { cause: opening.error });
    }
    case "broken": {
      const { code, message } = describeBreak(opening.break, server);
      throw new RpcError(code, `dial ${endpoint}: ${message}`);
    }
  }
}

/**
 * Checks that the answering window belongs to the server's process. The returned key already proves
 * that the answer is the server's.
 */
function assertOwn(window: Hwnd, server: PeerProcess, endpoint: string): void {
  const owner = processOf(window);
  if (owner === server.processId) return;
  const answering = `dial ${endpoint}: ${nameOf(server.window, server.processId)} has answered for window 0x${window.toString(16)}`;
  // Like the answer of a server that has exited since: another attempt may find the next one.
  if (owner === 0) throw new RpcError("unavailable", `${answering}, which is gone; reconnect`);
  throw new RpcError("internal", `${answering} of another process`);
}
