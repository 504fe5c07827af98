import { RpcError } from "../errors/rpc-error.js";
import { isError } from "../runtime/brands.js";
import type { InterceptedCall, Interceptor } from "./interceptor.js";
import { type CallOutcome, watchOutcome } from "./watch-outcome.js";

/** Decimal places of milliseconds. Further places carry no information. */
const places = 1;

/**
 * Writes a line for every call when it is over: `server Inventory.get ok 1.2 ms, peer pipe …`.
 * Arguments and results are not shown, because they may be secret; of errors the code and message
 * are. An error that `write` throws goes to the caller.
 */
export function logging(write: (line: string) => void): Interceptor {
  return (call, next) => watchOutcome(call, next, (outcome) => write(describe(call, outcome)));
}

function describe({ side, label, peer, refusal }: InterceptedCall, { ms, code, error }: CallOutcome): string {
  const what = refusal === undefined ? label : `${label} refused`;
  const who = peer.processId === undefined ? peer.address : `${peer.address} (process ${peer.processId})`;
  const line = `${side} ${what} ${code} ${ms.toFixed(places)} ms, peer ${peer.transport} ${who}`;
  return error === undefined ? line : `${line}: ${messageOf(error)}`;
}

/** Puts a message on one line, whatever a peer wrote into it. */
function messageOf(error: unknown): string {
  const named = isError(error) && !(error instanceof RpcError) ? `${error.name}: ` : "";
  const message = isError(error) ? error.message : "a value that is not an Error was thrown";
  return JSON.stringify(`${named}${message}`);
}
