import { RpcError } from "../errors/rpc-error.js";
import { observeSync } from "../interceptor/call-events.js";
import { carriedReferences } from "../interceptor/carried-references.js";
import type { InterceptedCall, Interceptor } from "../interceptor/interceptor.js";
import { carriedBy, convertArgs, type Method } from "../service/method.js";
import type { CallOptions, Channel, PreparedArgs, ServiceDefinition } from "../service/service.js";
import type { OutboundCall } from "../session/outbound-calls.js";
import { EncodedArgs } from "../session/prepared-args.js";
import type { ImportedTarget } from "../session/references/imported-target.js";
import type { Session } from "../session/session.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import { calledStream } from "./called-stream.js";
import { type CallToIntercept, type ClientCall, callThrough, describeCall } from "./intercepted-calls.js";
import { mergedOptions } from "./merged-options.js";

/** Where the peer has a method of ours: its numbers, or why it cannot be called. */
type MethodRoute = { readonly target: number; readonly method: number } | { readonly error: RpcError };

/** A service's methods as this peer has them; found by name in what it offered, once per connection and service. */
export class ServiceRoutes implements Routes {
  readonly definition: ServiceDefinition<unknown>;
  readonly labels: readonly string[];
  /** The place of the service in the peer's list; undefined if the peer does not offer it. */
  readonly place: number | undefined;
  readonly #routes: readonly MethodRoute[];

  constructor(definition: ServiceDefinition<unknown>, session: Session) {
    const place = session.peer.services.findIndex(({ name }) => name === definition.name);
    this.place = place < 0 ? undefined : place;
    this.definition = definition;
    this.labels = definition.methods.map(({ name }) => `${definition.name}.${name}`);
    this.#routes = findRoutes(definition, session);
  }

  /** @throws {RpcError} `unimplemented` or `failedPrecondition` if the peer cannot take this call. */
  find(method: number): { readonly target: number; readonly method: number } {
    const route = this.#routes[method];
    if (route === undefined)
      throw new RpcError("unimplemented", `${this.definition.name} has no method ${method}`);
    if ("error" in route) throw route.error;
    return route;
  }
}

/** How the calls of one client find their way. */
export interface Routes {
  readonly definition: ServiceDefinition<unknown>;
  /** `Inventory.get`, by method. */
  readonly labels: readonly string[];
  /** @throws {RpcError} if the peer cannot take this call. */
  find(method: number): { readonly target: number; readonly method: number };
}

/** The methods of an object or function that came by reference: those of the declaration that both sides agree on. */
export class ReferenceRoutes implements Routes {
  readonly definition: ServiceDefinition<unknown>;
  readonly labels: readonly string[];
  readonly #target: ImportedTarget;

  constructor(definition: ServiceDefinition<unknown>, target: ImportedTarget) {
    this.definition = definition;
    this.labels = definition.methods.map(({ name }) => `${definition.name}.${name}`);
    this.#target = target;
  }

  find(method: number): { readonly target: number; readonly method: number } {
    if (this.#target.isLost) {
      throw new RpcError(
        "failedPrecondition",
        `${this.labels[method]}: the connection that it came by has ended; if it was re-established since, get it again`,
      );
    }
    if (this.#target.gone) {
      throw new RpcError(
        "failedPrecondition",
        `${this.labels[method]}: it was released, or the call that brought it is over; retain() keeps what an argument brought`,
      );
    }
    return { target: this.#target.number, method };
  }
}

/** Makes the calls of one client of one service. */
export class ServiceChannel implements Channel {
  readonly #session: Session;
  readonly #routes: Routes;
  readonly #options: CallOptions;
  readonly #synchronous: boolean;

  constructor(session: Session, routes: Routes, options: CallOptions = {}, synchronous = false) {
    this.#session = session;
    this.#routes = routes;
    this.#options = options;
    this.#synchronous = synchronous;
  }

  unary(method: number, args: readonly unknown[] | PreparedArgs): unknown {
    const { interceptors } = this.#session;
    if (interceptors !== undefined) {
      const given = args instanceof EncodedArgs ? args.args : (args as readonly unknown[]);
      if (this.#synchronous) {
        if (this.#session.intercepted) throw notSynchronous(this.#routes.labels[method] as string);
        return this.#observed(method, given, () =>
          this.#session.callSync(this.#prepare(method, args), this.#options),
        );
      }
      return this.#through(interceptors, method, given, (final, options) =>
        this.send(method, final, options),
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

  /** Makes a call that has been through the interceptors. */
  async send(method: number, final: InterceptedCall, options: CallOptions): Promise<unknown> {
    const call = this.#prepare(method, final.args);
    if (call.exchange !== undefined && call.exchange.given.length > 0)
      final.values.set(carriedReferences, true);
    return this.#session.call(call, options);
  }

  stream(method: number, args: readonly unknown[]): object {
    const begin = this.#synchronous ? this.#asynchronous() : this;
    return calledStream(this.#routes.definition.methods[method], () => begin.unary(method, args));
  }

  report(method: number, error: unknown): void {
    this.#session.report(error, this.#routes.labels[method] as string);
  }

  notify(method: number, args: readonly unknown[]): void {
    const { interceptors } = this.#session;
    if (interceptors === undefined) return this.#session.notify(this.#prepare(method, args), this.#options);
    // Who only listens does not change how a one-way call fails.
    if (!this.#session.intercepted) {
      return this.#observed(method, args, () =>
        this.#session.notify(this.#prepare(method, args), this.#options),
      );
    }
    this.#through(interceptors, method, args, (final, options) =>
      this.#session.notify(this.#prepare(method, final.args), options),
    ).catch((error) => this.#session.report(error, this.#routes.labels[method] as string));
  }

  withOptions(options: CallOptions): ServiceChannel {
    const merged = mergedOptions(this.#options, options);
    return new ServiceChannel(this.#session, this.#routes, merged, this.#synchronous);
  }

  synchronous(): ServiceChannel {
    return new ServiceChannel(this.#session, this.#routes, this.#options, true);
  }

  #asynchronous(): ServiceChannel {
    return new ServiceChannel(this.#session, this.#routes, this.#options);
  }

  #through(
    interceptors: readonly Interceptor[],
    method: number,
    args: readonly unknown[],
    send: CallToIntercept["send"],
  ): Promise<unknown> {
    return callThrough({ ...this.#about(method, args), interceptors, send });
  }

  #observed<T>(method: number, args: readonly unknown[], run: () => T): T {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal = new AbortController().signal } = this.#options;
    const ends = performance.now() + timeoutMs;
    const remaining = () => Math.max(0, ends - performance.now());
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
    if (args instanceof EncodedArgs) {
      return { ...route, definition, label, args: args.encoded, exchange: undefined };
    }
    try {
      const exchange = carriedBy(definition).args ? this.#session.references.outgoing() : undefined;
      const converted = convertArgs(
        definition,
        args as readonly unknown[],
        true,
        this.#session.peer.limits.maxNesting,
        exchange,
      );
      return { target: route.target, method: route.method, definition, label, args: converted, exchange };
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw RpcError.from(thrown, "invalidArgument");
      throw new RpcError("invalidArgument", `${label}: ${thrown.describe()}`);
    }
  }
}

function notSynchronous(label: string): RpcError {
  return new RpcError(
    "unimplemented",
    `${label}: a synchronous call cannot go through interceptors, which are asynchronous; make it on a connection without any`,
  );
}

function findRoutes(
  definition: ServiceDefinition<unknown>,
  { peer, endpoint }: Session,
): readonly MethodRoute[] {
  const target = peer.services.findIndex(({ name }) => name === definition.name);
  const offered = peer.services[target];
  if (offered === undefined) {
    const names = peer.services.map(({ name }) => name).join(", ") || "none";
    const missing = `${endpoint} does not offer the service ${definition.name}; it offers: ${names}`;
    return definition.methods.map(() => ({ error: new RpcError("unimplemented", missing) }));
  }
  const numbers = new Map(offered.methods.map(({ name }, number) => [name, number]));
  return definition.methods.map(({ name, fingerprint }) => {
    const method = numbers.get(name) ?? -1;
    const label = `${definition.name}.${name}`;
    const theirs = offered.methods[method];
    if (theirs === undefined) {
      return {
        error: new RpcError(
          "unimplemented",
          `${endpoint} has no method ${label}: its contract is another version`,
        ),
      };
    }
    if (theirs.fingerprint !== fingerprint) {
      const drifted =
        `${label} has another signature at ${endpoint} (${theirs.fingerprint}) than here (${fingerprint}): ` +
        "generate both sides from the same contract";
      return { error: new RpcError("failedPrecondition", drifted) };
    }
    return { target, method };
  });
}
