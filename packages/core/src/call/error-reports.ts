import { RpcError } from "../errors/rpc-error.js";
import { now } from "../runtime/real-time.js";
import type { PeerInfo } from "../transport/transport.js";
import type { Connection } from "./connection.js";
import type { CapturedContext } from "./context-storage.js";

/** An error that no caller gets in full, with its source. */
export interface ErrorReport {
  readonly error: unknown;
  /** `Inventory.get` if a handler failed; undefined if a connection failed. */
  readonly method?: string | undefined;
  readonly peer: PeerInfo;
}

/** Receives errors that have no caller. */
export type OnError = (report: ErrorReport) => void;

/**
 * Returns the program's receiver, or one that logs to the console. An error that the receiver
 * throws is logged too.
 * @param context the context in which the receiver runs.
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

/**
 * A connection that reports errors without a caller. Every connection of this library does; one
 * that a program implements may not.
 */
export interface Reporting {
  report(error: unknown, method?: string): void;
}

/**
 * Reports a failure of the program's own code to the receiver of a connection, or to the console.
 */
export function reportOn(connection: Connection & Partial<Reporting>, error: unknown): void {
  if (connection.report !== undefined) connection.report(error);
  else logError({ error, peer: connection.peer });
}

/** Lines that are logged per second. A peer that errs on purpose must not fill the disk. */
const maxLinesPerSecond = 20;

let secondBegan = Number.NEGATIVE_INFINITY;
let lines = 0;

/** The default receiver. A handler whose failure neither side shows would be hard to debug. */
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
  // The stack of an RpcError leads into this library and does not help.
  const shown = error instanceof RpcError ? `${error.code}: ${error.message}` : error;
  console.error(`crosspane: ${where} (peer ${peer.transport} ${peer.address}):`, shown);
}
