import type { Code } from "../../errors/code.js";
import { RpcError } from "../../errors/rpc-error.js";
import type { Method } from "../../service/method.js";
import type { Channel, InFlightBudget, PreparedArgs, ServiceDefinition } from "../../service/service.js";
import type { WireCategory } from "../../shape/categories.js";
import type { Conversion, Shape } from "../../shape/shape.js";
import { kindOf, ShapeMismatch } from "../../shape/shape-mismatch.js";

/**
 * Shape of a callable that travels by reference: a function, or an object of a service's interface.
 */
export abstract class TargetShape implements Shape {
  abstract readonly kind: "function" | "reference";
  readonly byReference = true;
  readonly receives: readonly WireCategory[] = ["number"];
  abstract readonly sends: readonly WireCategory[];
  /** Describes how its calls are made and answered. */
  abstract readonly definition: ServiceDefinition<unknown>;

  get label(): string {
    return this.definition.name;
  }

  /** Makes its proxy at the other side. */
  abstract proxy(channel: Channel): object;

  /** Returns what a value lacks of this type, or undefined if it fits. */
  abstract lacks(value: object): string | undefined;

  convert(value: unknown, { direction, exchange }: Conversion): unknown {
    if (exchange === undefined) throw new ShapeMismatch("data", `a ${this.kind}, which cannot travel here`);
    if (direction === "receive") return exchange.take(value, this);
    const isObject = typeof value === "function" || (typeof value === "object" && value !== null);
    const missing = isObject ? this.lacks(value) : kindOf(value);
    if (missing !== undefined)
      throw new ShapeMismatch(this.kind === "function" ? "function" : this.label, missing);
    return exchange.give(value as object, this);
  }
}

/** A function of the peer that can be called with prepared arguments. */
export interface RemoteFunction {
  readonly method: Method;
  call(args: PreparedArgs): unknown;
  /** Bounds calls that are made without waiting for the answers of earlier ones. */
  readonly listenerBudget: InFlightBudget | undefined;
}

const remoteFunctions = new WeakMap<object, RemoteFunction>();

/** Returns undefined for a local function. */
export function remoteFunction(value: object): RemoteFunction | undefined {
  return remoteFunctions.get(value);
}

/**
 * Returns true if two declarations describe the same method. A method without a fingerprint could
 * be of any type.
 */
export function isSameMethod(one: Method, other: Method): boolean {
  if (one === other) return true;
  const { name, kind, fingerprint } = one;
  return (
    name === other.name && kind === other.kind && fingerprint === other.fingerprint && fingerprint !== ""
  );
}

/**
 * Shape of a function type. All its calls are answered, also those of a function that returns
 * nothing.
 */
export class FunctionShape extends TargetShape {
  readonly kind = "function";
  readonly sends: readonly WireCategory[] = ["function"];
  readonly definition: ServiceDefinition<unknown>;
  readonly #returnsNothing: boolean;

  constructor(name: string, method: Method) {
    super();
    this.#returnsNothing = method.result.kind === "void";
    this.definition = {
      name,
      fingerprint: method.fingerprint,
      methods: [method],
      client: NoClient,
      dispatch: (target, _method, args) => (target as (...args: readonly unknown[]) => unknown)(...args),
    };
  }

  proxy(channel: Channel): object {
    const call = (args: readonly unknown[] | PreparedArgs) => {
      const answer = channel.unary(0, args);
      // A caller does not wait for a function that returns nothing. Its error is reported by its
      // owner's side.
      if (this.#returnsNothing && answer instanceof Promise)
        answer.catch((error) => reportUnlessOver(channel, error));
      return answer;
    };
    const proxy = (...args: unknown[]) => call(args);
    remoteFunctions.set(proxy, {
      method: this.definition.methods[0] as Method,
      call,
      listenerBudget: channel.listenerBudget,
    });
    return proxy;
  }

  lacks(value: object): string | undefined {
    return typeof value === "function" ? undefined : kindOf(value);
  }

  /** Returns true for a proxy that was made as a function of another type. */
  differsFrom(proxy: object): boolean {
    const method = remoteFunction(proxy)?.method;
    return method !== undefined && !isSameMethod(method, this.definition.methods[0] as Method);
  }
}

/**
 * Reports the error of a call, unless the listener is gone, as it is at the end of a connection.
 */
function reportUnlessOver(channel: Channel, error: unknown): void {
  const isOver = error instanceof RpcError && overCodes.has(error.code);
  if (!isOver && channel.isOpen) channel.report(0, error);
}

const overCodes: ReadonlySet<Code> = new Set(["unavailable", "cancelled"]);

/** Shape of another service's interface. */
export class ReferenceShape extends TargetShape {
  readonly kind = "reference";
  readonly sends: readonly WireCategory[] = ["object", "function"];
  readonly #get: () => ServiceDefinition<unknown>;
  #definition: ServiceDefinition<unknown> | undefined;

  /** @param get returns the definition, which may be declared further down. */
  constructor(get: () => ServiceDefinition<unknown>) {
    super();
    this.#get = get;
  }

  get definition(): ServiceDefinition<unknown> {
    this.#definition ??= this.#get();
    return this.#definition;
  }

  proxy(channel: Channel): object {
    return new this.definition.client(channel) as object;
  }

  lacks(value: object): string | undefined {
    for (const { name } of this.definition.methods) {
      if (typeof (value as Record<string, unknown>)[name] !== "function")
        return `${kindOf(value)} without the method ${name}`;
    }
    if (
      this.definition.disposable === true &&
      !(Symbol.dispose in value) &&
      !(Symbol.asyncDispose in value)
    ) {
      return `${kindOf(value)} without Symbol.dispose`;
    }
    return undefined;
  }
}

/** A function is called directly, so it has no client class. */
class NoClient {}
