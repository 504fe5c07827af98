import { ReferenceShape } from "../references/shapes/target-shape.js";
import type { BegunCall, CallOptions, Channel, InFlightBudget, PromisedObject } from "../service/service.js";
import type { Shape } from "../shape/shape.js";

/** Future results of calls, by promise, for results that are objects of the peer. */
const promisedObjects = new WeakMap<object, PromisedObject>();

/**
 * Returns the future object of a call through a {@link PipelinedChannel}, if it returns an object.
 */
export function promisedBy(promise: object): PromisedObject | undefined {
  return promisedObjects.get(promise);
}

/** Returns a future object that cannot be called before it arrives. */
export function laterObject(result: Shape | undefined): PromisedObject | undefined {
  return result instanceof ReferenceShape ? { definition: result.definition, channel: undefined } : undefined;
}

/** Makes calls on another channel and records their future results. */
export class PipelinedChannel implements Channel {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get isOpen(): boolean {
    return this.#channel.isOpen;
  }

  get listenerBudget(): InFlightBudget | undefined {
    return this.#channel.listenerBudget;
  }

  unary(method: number, args: readonly unknown[]): unknown {
    const { result, promised } = this.begin(method, args);
    if (promised !== undefined) promisedObjects.set(result as Promise<unknown>, promised);
    return result;
  }

  begin(method: number, args: readonly unknown[]): BegunCall {
    return this.#channel.begin(method, args);
  }

  stream(method: number, args: readonly unknown[]): object {
    return this.#channel.stream(method, args);
  }

  notify(method: number, args: readonly unknown[]): void {
    this.#channel.notify(method, args);
  }

  report(method: number, error: unknown): void {
    this.#channel.report(method, error);
  }

  withOptions(options: CallOptions): Channel {
    return new PipelinedChannel(this.#channel.withOptions(options));
  }

  synchronous(): Channel {
    return this.#channel.synchronous();
  }
}
