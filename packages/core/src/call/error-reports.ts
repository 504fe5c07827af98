import { RpcError } from "../errors/rpc-error.js";
import { now } from "../runtime/real-time.js";
import type { PeerInfo } from "../transport/transport.js";
import type { Connection } from "./connection.js";
import type { CapturedContext } from "./context-storage.js";

/** Where an error came from that no caller is told of in full. */
export interface ErrorReport {
  readonly error: unknown;
  /** `Inventory.get` if a handler failed; undefined if a connection did. */
  readonly method?: string | undefined;
  readonly peer: PeerInfo;
}

/** Receives errors that have nobody else to go to. */
export type OnError = (report: ErrorReport) => void;

/**
 * Returns the program's own receiver, or the console. What the receiver throws goes to the console.
 * @param context where the receiver runs.
 */
export function errorReceiver(own: OnError | undefined, context: CapturedContext): OnError {
  if (own === undefined) return logError;
  return (report) => {
    try {
      context.runInAsyncScope(own, undefined, report);
    } catch (error) {
      logError({ ...report, error });
    }
  };
}

/** A connection that hands on errors which nobody else is told of: any but one that a program has made itself. */
export interface Reporting {
  report(error: unknown, method?: string): void;
}

/** Reports what failed in the program's own code to the receiver of a connection, or to the console. */
export function reportOn(connection: Connection & Partial<Reporting>, error: unknown): void {
  if (connection.report !== undefined) connection.report(error);
  else logError({ error, peer: connection.peer });
}

/** Lines a second that are written; a peer that errs on purpose must not fill the disk. */
const maxLinesPerSecond = 20;

let secondBegan = Number.NEGATIVE_INFINITY;
let lines = 0;

/**
 * Used unless the program brings its own: a handler that fails unseen on both sides would be the hardest of all defects to find.
 */
function logError({ error, method, peer }: ErrorReport): void {
  const nowMs = now();
  if (nowMs - secondBegan >= 1000) {
    if (lines > maxLinesPerSecond)
      console.error(`crosspane: ${lines - maxLinesPerSecond} more errors were not shown`);
    secondBegan = nowMs;
    lines = 0;
  }
  if (++lines > maxLinesPerSecond) return;
  const where = method === undefined ? "a connection failed" : `${method} threw`;
  // The stack of an RpcError leads into this library and helps nobody.
  const shown = error instanceof RpcError ? `${error.code}: ${error.message}` : error;
  console.error(`crosspane: ${where} (peer ${peer.transport} ${peer.address}):`, shown);
}
