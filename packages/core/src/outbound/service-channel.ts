import { RpcError } from "../errors/rpc-error.js";
import { observeSync } from "../interceptor/call-events.js";
import { carriedReferences } from "../interceptor/carried-references.js";
import type { InterceptedCall, Interceptor } from "../interceptor/interceptor.js";
import { ReferenceShape } from "../references/shapes/target-shape.js";
import { now } from "../runtime/real-time.js";
import { convertArgs, type Method, referenceUsage } from "../service/method.js";
import type { BegunCall, CallOptions, Channel, InFlightBudget, PreparedArgs } from "../service/service.js";
import { sendConversion } from "../shape/conversion.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import { calledStream } from "./called-stream.js";
import type { CallingSession } from "./calling-session.js";
import {
  type CallToIntercept,
  type ClientCall,
  describeCall,
  interceptClientCall,
} from "./intercept-client-call.js";
import { mergedOptions, withExtraSignal } from "./merged-options.js";
import type { OutboundCall } from "./outbound-calls.js";
import { laterObject } from "./pipelined-channel.js";
import { EncodedArgs } from "./prepared-args.js";
import { PromisedRoutes, type Routes } from "./routes.js";

/** Makes the calls of one client. */
export class ServiceChannel implements Channel {
  readonly #session: CallingSession;
  readonly #routes: Routes;
  readonly #options: CallOptions;
  readonly #synchronous: boolean;

  constructor(session: CallingSession, routes: Routes, options: CallOptions = {}, synchronous = false) {
    this.#session = session;
    this.#routes = routes;
    this.#options = options;
    this.#synchronous = synchronous;
  }

  get isOpen(): boolean {
    return this.#session.isOpen;
  }

  get listenerBudget(): InFlightBudget {
    return this.#session.listenerBudget;
  }

  unary(method: number, args: readonly unknown[] | PreparedArgs): unknown {
    const { interceptors } = this.#session;
    if (interceptors !== undefined) {
      if (!this.#synchronous) return this.#throughUnary(interceptors, method, args);
      if (this.#session.intercepted) throw notSynchronous(this.#routes.labels[method] as string);
      return this.#observed(method, argsOf(args), () =>
        this.#session.callSync(this.#prepare(method, args), this.#options),
      );
    }
    if (this.#synchronous) return this.#session.callSync(this.#prepare(method, args), this.#options);
    let call: OutboundCall;
    try {
      call = this.#prepare(method, args);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
    return this.#session.call(call, this.#options);
  }

  begin(method: number, args: readonly unknown[]): BegunCall {
    const shape = this.#routes.definition.methods[method]?.result;
    const session = this.#session;
    // Interceptors may repeat a call or make another one, so its future result is not known.
    if (!(shape instanceof ReferenceShape) || this.#synchronous || session.interceptors !== undefined)
      return {
        result: this.unary(method, args),
        promised: this.#synchronous ? undefined : laterObject(shape),
      };
    let call: OutboundCall;
    try {
      call = this.#prepare(method, args);
    } catch (thrown) {
      return { result: Promise.reject(thrown), promised: laterObject(shape) };
    }
    const { promise: result, pending } = session.begin(call, this.#options);
    if (pending === undefined) return { result, promised: laterObject(shape) };
    const { definition } = shape;
    const channel = new ServiceChannel(session, new PromisedRoutes(definition, pending));
    const promised = {
      definition,
      get channel() {
        const can = session.canPipeline(pending) && session.interceptors === undefined;
        return can ? channel : undefined;
      },
    };
    return { result, promised };
  }

  /**
   * Makes a call that has passed the interceptors.
   * @param encoded the original arguments, which an interceptor may have replaced.
   */
  async send(
    method: number,
    final: InterceptedCall,
    options: CallOptions,
    encoded: EncodedArgs | undefined,
  ): Promise<unknown> {
    const call = this.#prepare(method, encoded?.args === final.args ? encoded : final.args);
    if (call.exchange !== undefined && call.exchange.given.length > 0)
      final.values.set(carriedReferences, true);
    return this.#session.call(call, options);
  }

  stream(method: number, args: readonly unknown[]): object {
    const given = this.#encode(method, args) ?? args;
    return calledStream(this.#routes.definition.methods[method], (signal) => {
      const options = withExtraSignal(this.#options, signal);
      return new ServiceChannel(this.#session, this.#routes, options).unary(method, given);
    });
  }

  report(method: number, error: unknown): void {
    this.#session.report(error, this.#routes.labels[method] as string);
  }

  notify(method: number, args: readonly unknown[]): void {
    const { interceptors } = this.#session;
    if (interceptors === undefined) return this.#session.notify(this.#prepare(method, args), this.#options);
    // Without own interceptors, listeners do not change the way in which a one-way call fails.
    if (!this.#session.intercepted) {
      return this.#observed(method, args, () =>
        this.#session.notify(this.#prepare(method, args), this.#options),
      );
    }
    const encoded = this.#encode(method, args);
    this.#through(interceptors, method, args, (final, options) =>
      this.#session.notify(
        this.#prepare(method, encoded?.args === final.args ? encoded : final.args),
        options,
      ),
    ).catch((error) => this.#session.report(error, this.#routes.labels[method] as string));
  }

  withOptions(options: CallOptions): ServiceChannel {
    const merged = mergedOptions(this.#options, options);
    return new ServiceChannel(this.#session, this.#routes, merged, this.#synchronous);
  }

  synchronous(): ServiceChannel {
    return new ServiceChannel(this.#session, this.#routes, this.#options, true);
  }

  #throughUnary(
    interceptors: readonly Interceptor[],
    method: number,
    args: readonly unknown[] | PreparedArgs,
  ): Promise<unknown> {
    // Without own interceptors the call is made at once.
    const encoded = this.#session.intercepted ? this.#encode(method, args) : undefined;
    return this.#through(interceptors, method, argsOf(args), (final, options) =>
      this.send(method, final, options, encoded),
    );
  }

  /**
   * Encodes the arguments now, for a call that is sent later; undefined if they cannot be encoded.
   */
  #encode(method: number, args: readonly unknown[] | PreparedArgs): EncodedArgs | undefined {
    if (args instanceof EncodedArgs) return args;
    const definition = this.#routes.definition.methods[method] as Method;
    const { maxNesting } = this.#session.peer.limits;
    return EncodedArgs.tryEncode(definition, args as readonly unknown[], maxNesting);
  }

  #through(
    interceptors: readonly Interceptor[],
    method: number,
    args: readonly unknown[],
    send: CallToIntercept["send"],
  ): Promise<unknown> {
    return interceptClientCall({ ...this.#about(method, args), interceptors, send });
  }

  #observed<T>(method: number, args: readonly unknown[], run: () => T): T {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal = new AbortController().signal } = this.#options;
    const ends = now() + timeoutMs;
    const remaining = () => Math.max(0, ends - now());
    return observeSync(describeCall(this.#about(method, args), { signal, timeoutMs, remaining }), run);
  }

  #about(method: number, args: readonly unknown[]): ClientCall {
    const { definition, labels } = this.#routes;
    return {
      service: definition.name,
      method: definition.methods[method] as Method,
      label: labels[method] as string,
      args,
      options: this.#options,
      peer: this.#session.transport.peer,
    };
  }

  #prepare(method: number, args: readonly unknown[] | PreparedArgs): OutboundCall {
    const route = this.#routes.find(method);
    const definition = this.#routes.definition.methods[method] as Method;
    const label = this.#routes.labels[method] as string;
    try {
      const exchange = referenceUsage(definition).args ? this.#session.references.outgoing() : undefined;
      if (args instanceof EncodedArgs) {
        if (exchange !== undefined) args.giveTo(exchange);
        return { ...route, definition, label, args: args.encoded, exchange };
      }
      const converted = convertArgs(
        definition,
        args as readonly unknown[],
        sendConversion(this.#session.peer.limits.maxNesting, exchange),
      );
      const { target, base, calledProxy } = route;
      return {
        target,
        method: route.method,
        definition,
        label,
        args: converted,
        exchange,
        base,
        calledProxy,
      };
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw RpcError.from(thrown, "invalidArgument");
      throw new RpcError("invalidArgument", `${label}: ${thrown.describe()}`);
    }
  }
}

function argsOf(args: readonly unknown[] | PreparedArgs): readonly unknown[] {
  return args instanceof EncodedArgs ? args.args : (args as readonly unknown[]);
}

function notSynchronous(label: string): RpcError {
  return new RpcError(
    "unimplemented",
    `${label}: a synchronous call cannot go through interceptors, which are asynchronous; make it on a second connection, which has none`,
  );
}
