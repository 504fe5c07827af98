import { RunningContext } from "../call/call-context.js";
import type { Connection } from "../call/connection.js";
import type { CapturedContext } from "../call/context-storage.js";
import { RpcError } from "../errors/rpc-error.js";
import type { ReferenceReader } from "../references/exchanges.js";
import type { Exported } from "../references/exports.js";
import { noReferences } from "../references/ref-lifetime.js";
import type { References } from "../references/references.js";
import { convertArgs, type Method, referenceUsage } from "../service/method.js";
import { labelOf, type ServiceDefinition, type ServiceImplementation } from "../service/service.js";
import { receiveConversion } from "../shape/conversion.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import type { Limits } from "../transport/limits.js";
import type { CallTarget } from "../wire/messages/call.js";
import { type CalledKind, type DeferredCall, runningBytes } from "./deferred-calls.js";

/** A call of the peer that is ready to run or running. */
export interface RunningCall {
  /** Undefined for a one-way call. */
  readonly id: number | undefined;
  readonly context: RunningContext;
  readonly service: ServiceImplementation & {
    /**
     * The context in which an object or function was passed to the peer; undefined for a service.
     */
    readonly context?: CapturedContext;
  };
  readonly method: Method;
  readonly methodNumber: number;
  /**
   * The arguments. Cleared when the handler has ended, because the result may keep the call alive.
   */
  args: readonly unknown[];
  /** Bytes of memory that the call takes; 0 once the handler has ended. */
  bytes: number;
  readonly kind: CalledKind;
  /** References in the arguments, if any. */
  readonly exchange: ReferenceReader | undefined;
  /** Objects that the caller holds from the answer. */
  exported: readonly Exported[];
  answered: boolean;
  /** Index in the list of running calls; -1 while it is not in it. */
  index: number;
}

/** Services that a session offers to the peer, with their limits. */
export interface OfferedCalls {
  readonly services: readonly ServiceImplementation[];
  readonly limits: Limits;
  readonly connection: Connection;
  readonly references: References;
}

/** Returns the method that a call is for; undefined if there is none. */
export function findMethod(
  offered: OfferedCalls,
  to: CallTarget,
): { readonly definition: ServiceDefinition<unknown>; readonly method: Method } | undefined {
  const definition = serviceAt(offered, to.target)?.definition;
  const method = definition?.methods[to.method];
  return definition === undefined || method === undefined ? undefined : { definition, method };
}

/**
 * Prepares a received call: finds its method, checks its arguments and starts its deadline.
 * @param onExpire called when the deadline passes.
 * @throws {RpcError} the error for the caller if the call cannot run. The caller of this function
 * then refuses the references in the arguments.
 */
export function prepareCall(
  offered: OfferedCalls,
  inbound: DeferredCall,
  onExpire: (call: RunningCall, reason: RpcError) => void,
): RunningCall {
  const { connection, references } = offered;
  const { message, announced, target } = inbound;
  const id = message.kind === "call" ? message.id : undefined;
  // Not an object that the peer received after it made the call: its rule was not checked.
  const service = target ?? offered.services[message.target];
  if (service === undefined) {
    const missing = `there is no service number ${message.target} on this connection, or it was released`;
    throw new RpcError("unimplemented", missing);
  }
  const { definition } = service;
  const method = definition.methods[message.method];
  if (method === undefined || (method.kind === "notify") !== (id === undefined)) {
    throw new RpcError(
      "unimplemented",
      `${definition.name} has no method number ${message.method} of this kind`,
    );
  }
  const label = labelOf(definition, method);
  const context = new RunningContext(
    { method: label, connection, timeoutMs: message.timeoutMs, metadata: message.metadata },
    () => {
      const late = `${label} did not finish within ${message.timeoutMs} ms`;
      onExpire(call, new RpcError("deadlineExceeded", late));
    },
  );
  const exchange =
    announced !== undefined || referenceUsage(method).args
      ? references.imports.exchange(announced, () => context.signal)
      : undefined;
  let args: readonly unknown[];
  try {
    args = checkArgs(method, message.args.decode(), label, exchange);
  } catch (thrown) {
    context.done();
    exchange?.forget(0);
    throw thrown;
  }
  exchange?.settle();
  const call: RunningCall = {
    id,
    context,
    service,
    method,
    methodNumber: message.method,
    args,
    bytes: runningBytes(inbound),
    kind: message.target < offered.services.length ? "service" : "object",
    exchange,
    exported: noReferences,
    answered: false,
    index: -1,
  };
  return call;
}

/** Returns a service of this side, or an object or function that the peer holds. */
function serviceAt(
  { services, references }: OfferedCalls,
  target: number,
): ServiceImplementation | undefined {
  return services[target] ?? references.exports.target(target);
}

function checkArgs(
  method: Method,
  args: readonly unknown[],
  label: string,
  exchange: ReferenceReader | undefined,
): readonly unknown[] {
  try {
    return convertArgs(method, args, receiveConversion(exchange));
  } catch (thrown) {
    if (!(thrown instanceof ShapeMismatch)) throw thrown;
    throw new RpcError("invalidArgument", `${label}: ${thrown.describe()}`);
  }
}
