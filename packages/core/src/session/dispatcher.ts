import type { Code } from "../errors/code.js";
import { type ExposeErrors, errorToWire } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { convertArgs, type Method } from "../service/method.js";
import type { ServiceDefinition, ServiceImplementation } from "../service/service.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import { unknownShape } from "../shape/unknown-shape.js";
import type { Limits } from "../transport/limits.js";
import { encodeError, encodeResult } from "../wire/encode-message.js";
import type { CallMessage, NotifyMessage } from "../wire/message.js";
import { RunningContext } from "./call-context.js";
import type { Connection } from "./connection.js";
import { contextStorage } from "./context-storage.js";
import type { OnError } from "./error-reports.js";
import type { Outbox } from "./outbox.js";

/** What the dispatcher of a session works with. */
export interface DispatcherOptions {
  readonly services: readonly ServiceImplementation[];
  readonly limits: Limits;
  readonly outbox: Outbox;
  /** Levels of nesting that the peer accepts. */
  readonly peerMaxNesting: number;
  readonly connection: Connection;
  readonly exposeErrors: ExposeErrors;
  readonly onError: OnError;
  /** Called whenever a handler has ended. */
  readonly onIdle: () => void;
}

type Inbound = CallMessage | NotifyMessage;

interface RunningCall {
  /** Undefined for a one-way call. */
  readonly id: number | undefined;
  readonly context: RunningContext;
  readonly service: ServiceImplementation;
  readonly method: Method;
  readonly methodNumber: number;
  readonly args: readonly unknown[];
  answered: boolean;
}

/**
 * Runs the peer's calls: finds the method, checks the arguments, starts handlers in the order of arrival, answers each call
 * exactly once.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #answering = new Map<number, RunningCall>();
  readonly #running = new Set<RunningCall>();
  readonly #deferred: { readonly message: Inbound; readonly bytes: number }[] = [];
  #deferredBytes = 0;
  #refusedWhileCongested = 0;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Handlers that have not ended, and calls that have not begun. */
  get active(): number {
    return this.#running.size + this.#deferred.length;
  }

  /**
   * Takes one call. While the peer does not read its answers, calls wait here in order instead of making more answers.
   * @throws {RpcError} if the peer breaks the protocol: the connection has to end.
   */
  take(message: Inbound, bytes: number): void {
    if (!this.#options.outbox.congested && this.#deferred.length === 0) return this.#start(message);
    const { maxDeferredBytes, maxCallsInFlight } = this.#options.limits;
    if (this.#deferredBytes + bytes > maxDeferredBytes) {
      // Honest peers have at most maxCallsInFlight calls to be refused before they read.
      if (++this.#refusedWhileCongested > maxCallsInFlight) {
        throw new RpcError("resourceExhausted", "the peer keeps calling and does not read its answers");
      }
      const held = `maxDeferredBytes = ${maxDeferredBytes} of calls wait for the peer to read its answers`;
      this.#refuse(message, new RpcError("resourceExhausted", held));
      return;
    }
    this.#deferredBytes += bytes;
    this.#deferred.push({ message, bytes });
  }

  /** The transport takes answers again. */
  resume(): void {
    this.#refusedWhileCongested = 0;
    while (!this.#options.outbox.congested && !this.#stopped) {
      const next = this.#deferred.shift();
      if (next === undefined) return;
      this.#deferredBytes -= next.bytes;
      this.#start(next.message);
    }
  }

  /** The caller gave up. A call that was answered meanwhile, or that does not exist, is nobody's fault. */
  cancel(id: number, code: Code): void {
    const late = code === "deadlineExceeded";
    const reason = late
      ? new RpcError(code, "the caller's deadline passed")
      : new RpcError("cancelled", "the caller cancelled the call");
    const waiting = this.#deferred.findIndex(({ message }) => message.kind === "call" && message.id === id);
    if (waiting >= 0) {
      for (const { message, bytes } of this.#deferred.splice(waiting, 1)) {
        this.#deferredBytes -= bytes;
        this.#refuse(message, reason);
      }
      return;
    }
    const call = this.#answering.get(id);
    if (call !== undefined) this.#giveUp(call, reason);
  }

  /** Refuses a call that could not be read in full. */
  refuse(id: number, error: RpcError): void {
    this.#answerError(id, "the call", error);
  }

  /** The connection is over: handlers are told, nothing is answered any more. */
  stop(reason: RpcError): void {
    this.#stopped = true;
    this.#deferred.length = 0;
    this.#deferredBytes = 0;
    for (const call of this.#running) {
      call.answered = true;
      call.context.done();
      call.context.abort(reason);
    }
    this.#answering.clear();
    this.#running.clear();
  }

  #start(message: Inbound): void {
    const id = message.kind === "call" ? message.id : undefined;
    if (id !== undefined && this.#answering.has(id)) {
      throw new RpcError("internal", `the peer used the id ${id} for two calls at once`);
    }
    let call: RunningCall;
    try {
      call = this.#prepare(message, id);
    } catch (thrown) {
      this.#refuse(message, RpcError.from(thrown, "internal"));
      return;
    }
    this.#running.add(call);
    if (id !== undefined) this.#answering.set(id, call);
    this.#run(call);
  }

  /** @throws {RpcError} what the caller is to be told if the call cannot be run. */
  #prepare(message: Inbound, id: number | undefined): RunningCall {
    const { services, limits, connection } = this.#options;
    if (this.#running.size >= limits.maxCallsInFlight) {
      throw new RpcError(
        "resourceExhausted",
        `maxCallsInFlight = ${limits.maxCallsInFlight} calls are running`,
      );
    }
    const service = services[message.target];
    if (service === undefined) {
      throw new RpcError("unimplemented", `there is no service number ${message.target} on this connection`);
    }
    const { definition } = service;
    const method = definition.methods[message.method];
    if (method === undefined || (method.kind === "unary") !== (id !== undefined)) {
      throw new RpcError(
        "unimplemented",
        `${definition.name} has no such method with number ${message.method}`,
      );
    }
    const label = labelOf(definition, method);
    checkMetadata(message, label, limits);
    const args = checkArgs(method, message.args, label);
    const context = new RunningContext(
      { method: label, connection, timeoutMs: message.timeoutMs, metadata: message.metadata },
      () =>
        this.#giveUp(
          call,
          new RpcError("deadlineExceeded", `${label} was not done within ${message.timeoutMs} ms`),
        ),
    );
    const call: RunningCall = {
      id,
      context,
      service,
      method,
      methodNumber: message.method,
      args,
      answered: false,
    };
    return call;
  }

  #run(call: RunningCall): void {
    let result: unknown;
    try {
      result = contextStorage.run(call.context, invoke, call);
      if (isThenable(result)) {
        result.then(
          (value) => this.#succeeded(call, value),
          (thrown) => this.#failed(call, thrown),
        );
        return;
      }
    } catch (thrown) {
      this.#failed(call, thrown);
      return;
    }
    this.#succeeded(call, result);
  }

  #succeeded(call: RunningCall, value: unknown): void {
    if (!call.answered && call.id !== undefined) {
      try {
        this.#answerResult(call, call.id, value);
      } catch (thrown) {
        this.#answerError(call.id, call.context.method, thrown);
        this.#report(call, thrown);
      }
    }
    this.#ended(call);
  }

  #failed(call: RunningCall, thrown: unknown): void {
    if (call.id === undefined) this.#report(call, thrown);
    else if (!call.answered) {
      if (!(thrown instanceof RpcError)) this.#report(call, thrown);
      this.#answerError(call.id, call.context.method, thrown);
    }
    this.#ended(call);
  }

  /** The caller does not wait any more: answer now, whatever the handler still does. */
  #giveUp(call: RunningCall, reason: RpcError): void {
    if (call.answered) return;
    call.answered = true;
    if (call.id !== undefined) {
      this.#answering.delete(call.id);
      this.#answerError(call.id, call.context.method, reason);
    }
    call.context.done();
    call.context.abort(reason);
  }

  #ended(call: RunningCall): void {
    if (this.#stopped) return;
    call.context.done();
    if (!call.answered && call.id !== undefined) this.#answering.delete(call.id);
    call.answered = true;
    this.#running.delete(call);
    this.#options.onIdle();
  }

  /** @throws {RpcError} `internal` if the result is not of its type, `resourceExhausted` if it is too large. */
  #answerResult(call: RunningCall, id: number, value: unknown): void {
    const { method, context } = call;
    let converted: unknown;
    try {
      converted = method.result.convert(value, true, this.#options.peerMaxNesting);
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw thrown;
      ShapeMismatch.within(thrown, "result");
      throw new RpcError("internal", `${context.method}: the handler returned a ${thrown.describe()}`);
    }
    this.#options.outbox.send(encodeResult(id, converted), `the result of ${context.method}`);
  }

  #answerError(id: number, method: string, thrown: unknown): void {
    const { exposeErrors: expose, limits, outbox, peerMaxNesting } = this.#options;
    const error = errorToWire(thrown, { method, expose, maxErrorChars: limits.maxErrorChars });
    try {
      const details =
        error.details === undefined ? undefined : unknownShape.convert(error.details, true, peerMaxNesting);
      outbox.send(encodeError(id, { ...error, details }), `the error of ${method}`);
    } catch (failure) {
      // Details that cannot travel, or do not fit: the code and message still do.
      outbox.send(encodeError(id, { code: error.code, message: error.message }), `the error of ${method}`);
      const reason = failure instanceof ShapeMismatch ? `details${failure.describe()}` : String(failure);
      this.#options.onError({
        error: new RpcError("internal", `the details of an error did not travel: ${reason}`, {
          cause: thrown,
        }),
        method,
        peer: this.#options.connection.peer,
      });
    }
  }

  #refuse(message: Inbound, error: RpcError): void {
    if (message.kind === "call") this.#answerError(message.id, "the call", error);
    else this.#options.onError({ error, method: undefined, peer: this.#options.connection.peer });
  }

  #report(call: RunningCall, error: unknown): void {
    const { onError, connection } = this.#options;
    onError({ error, method: call.context.method, peer: connection.peer });
  }
}

function invoke({ service, methodNumber, args }: RunningCall): unknown {
  return service.definition.dispatch(service.implementation, methodNumber, args);
}

function labelOf(definition: ServiceDefinition<unknown>, method: Method): string {
  return `${definition.name}.${method.name}`;
}

function checkArgs(method: Method, args: readonly unknown[], label: string): readonly unknown[] {
  try {
    // The guard has bounded the nesting already.
    return convertArgs(method, args, false, Number.POSITIVE_INFINITY);
  } catch (thrown) {
    if (!(thrown instanceof ShapeMismatch)) throw thrown;
    throw new RpcError("invalidArgument", `${label}: ${thrown.describe()}`);
  }
}

function checkMetadata({ metadata }: Inbound, label: string, limits: Limits): void {
  if (metadata === undefined) return;
  const entries = Object.entries(metadata);
  const chars = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (entries.length > limits.maxMetadataEntries || chars > limits.maxMetadataChars) {
    const most = `maxMetadataEntries = ${limits.maxMetadataEntries}, maxMetadataChars = ${limits.maxMetadataChars}`;
    throw new RpcError("resourceExhausted", `${label}: the call's metadata is over the limit (${most})`);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}
