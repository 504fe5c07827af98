import type { RpcError } from "../errors/rpc-error.js";
import type { ServiceDefinition } from "../service/service.js";
import type { Exchange, Shape } from "../shape/shape.js";
import { kindOf, ShapeMismatch } from "../shape/shape-mismatch.js";
import type { ExportedTarget } from "./exported-target.js";
import { ImportedTarget } from "./imported-target.js";
import { OfferedTarget } from "./offered-target.js";
import type { RefLifetime } from "./ref-lifetime.js";
import { bindProxy, referenceOf } from "./shapes/handle.js";
import { StreamShape } from "./shapes/stream-shape.js";
import { FunctionShape, isSameMethod, type TargetShape } from "./shapes/target-shape.js";
import { RemoteStream } from "./streams/remote-stream.js";
import { StreamConsumer } from "./streams/stream-consumer.js";

/** A value that is to travel by reference. */
export type OutboundRef =
  | { readonly kind: "stream"; readonly source: AsyncIterable<unknown>; readonly shape: StreamShape }
  | { readonly kind: "target"; readonly value: object; readonly shape: TargetShape }
  | { readonly kind: "receiverHosted"; readonly target: { readonly number: number } };

/**
 * Collects the references of a message that is being encoded. Nothing is registered before the
 * message is sent.
 */
export class ReferenceWriter implements Exchange {
  readonly given: OutboundRef[] = [];
  readonly signals: AbortSignal[] = [];
  readonly #isOwn: (target: ImportedTarget | OfferedTarget) => boolean;

  /** @param isOwn is true for a proxy whose object belongs to the peer that the message goes to. */
  constructor(isOwn: (target: ImportedTarget | OfferedTarget) => boolean) {
    this.#isOwn = isOwn;
  }

  get mark(): number {
    return this.given.length;
  }

  give(value: object, shape: Shape): number {
    if (shape instanceof StreamShape) {
      return this.given.push({ kind: "stream", source: value as AsyncIterable<unknown>, shape }) - 1;
    }
    const reference = referenceOf(value);
    if (reference instanceof OfferedTarget && this.#isOwn(reference)) {
      return this.given.push({ kind: "receiverHosted", target: reference }) - 1;
    }
    // A released reference cannot be called, whichever peer it came from.
    if (reference instanceof ImportedTarget && reference.gone) {
      throw new ShapeMismatch(shape.label, "one that was released, or whose connection is over");
    }
    // The owner would refuse it as another type. Send a function of this side that calls it.
    const isOther = shape instanceof FunctionShape && shape.differsFrom(value);
    if (reference instanceof ImportedTarget && !isOther && this.#isOwn(reference)) {
      return this.given.push({ kind: "receiverHosted", target: reference }) - 1;
    }
    return this.given.push({ kind: "target", value, shape: shape as TargetShape }) - 1;
  }

  take(): never {
    throw new ShapeMismatch("something to send", "something received");
  }

  listenTo(signal: AbortSignal): void {
    this.signals.push(signal);
  }

  signal(): never {
    return this.take();
  }

  forget(mark: number): void {
    this.given.length = mark;
  }
}

/** A reference in a message of the peer, in the order of its list. */
export type InboundRef =
  | { readonly kind: "object"; readonly target: ImportedTarget }
  | { readonly kind: "stream"; readonly consumer: StreamConsumer }
  | { readonly kind: "receiverHosted"; readonly exported: OwnTarget };

/** An object or function of this process that a peer may send back. */
export interface OwnTarget extends Pick<ExportedTarget, "definition" | "implementation"> {
  /** Set for a service that every peer was offered. */
  readonly offered?: true;
}

/** Context of the message that an exchange belongs to. */
export interface ReferenceReaderOptions {
  /** Makes the proxy of an object of the peer. */
  readonly proxyOf: (target: ImportedTarget, shape: TargetShape) => object;
  /**
   * Returns an error if the peer may not have an object of this side called as the type asked for.
   */
  readonly refusal: (own: OwnTarget, asked: ServiceDefinition<unknown>) => RpcError | undefined;
  readonly signal?: (() => AbortSignal) | undefined;
  /** Set if the references of this message are refused. */
  readonly refused?: RpcError | undefined;
}

interface Taken {
  readonly place: number;
  readonly proxy: object;
}

/** Resolves the references of a received message. References that were not taken are released. */
export class ReferenceReader implements Exchange {
  readonly #received: readonly InboundRef[];
  readonly #options: ReferenceReaderOptions;
  /** The references that were taken, in that order, each with its proxy. */
  readonly #taken: Taken[] = [];
  readonly #takenPlaces = new Set<number>();
  /** Number of taken references that the program owns already. */
  #kept = 0;

  constructor(received: readonly InboundRef[], options: ReferenceReaderOptions) {
    this.#received = received;
    this.#options = options;
  }

  get mark(): number {
    return this.#taken.length;
  }

  /** References that were taken by the program. */
  get held(): readonly (ImportedTarget | StreamConsumer)[] {
    return this.#taken.flatMap(({ place }) => importOf(this.#received[place] as InboundRef) ?? []);
  }

  give(): never {
    throw new ShapeMismatch("something received", "something to send");
  }

  take(place: unknown, shape: Shape): unknown {
    if (this.#options.refused !== undefined) throw this.#options.refused;
    const received = typeof place === "number" ? this.#received[place] : undefined;
    if (received === undefined || this.#takenPlaces.has(place as number)) {
      throw new ShapeMismatch(shape.label, `${kindOf(place)} that is not a reference of this message`);
    }
    const value =
      shape instanceof StreamShape
        ? takeStream(received, shape)
        : this.#takeTarget(received, shape as TargetShape);
    this.#taken.push({ place: place as number, proxy: value });
    this.#takenPlaces.add(place as number);
    return value;
  }

  listenTo(): never {
    return this.give();
  }

  signal(): AbortSignal {
    const { signal } = this.#options;
    if (signal === undefined) throw new ShapeMismatch("data", "an AbortSignal outside a call");
    return signal();
  }

  forget(mark: number): void {
    for (const { place } of this.#taken.splice(Math.max(mark, this.#kept))) this.#takenPlaces.delete(place);
  }

  /** Hands over to the program what was taken so far. */
  keep(): void {
    for (; this.#kept < this.#taken.length; this.#kept++) {
      const { place, proxy } = this.#taken[this.#kept] as Taken;
      const held = importOf(this.#received[place] as InboundRef);
      if (held !== undefined) bindProxy(proxy, held);
    }
  }

  /** Ends the reading of the message: releases the references that were not taken. */
  settle(): void {
    this.keep();
    for (const [place, received] of this.#received.entries()) {
      if (!this.#takenPlaces.has(place)) giveBack(received);
    }
  }

  /** Stops reading the message: releases all references that the program does not own. */
  abandon(): void {
    this.forget(0);
    this.settle();
  }

  #takeTarget(received: InboundRef, shape: TargetShape): object {
    switch (received.kind) {
      case "object":
        return this.#options.proxyOf(received.target, shape);
      case "receiverHosted": {
        const { definition, implementation } = received.exported;
        const lacks = lacksDeclared(definition, shape) ?? shape.lacks(implementation);
        if (lacks !== undefined) throw new ShapeMismatch(shape.label, lacks);
        const refused = this.#options.refusal(received.exported, shape.definition);
        if (refused !== undefined) throw refused;
        return implementation;
      }
      case "stream":
        throw new ShapeMismatch(shape.label, "a reference to a stream");
    }
  }
}

/**
 * Returns what the declaration that the peer was given lacks of the one asked for. Further methods
 * of the object itself do not count: the peer was given only those of its declaration.
 */
function lacksDeclared(
  given: ServiceDefinition<unknown>,
  { definition: asked, kind }: TargetShape,
): string | undefined {
  if (given === asked) return undefined;
  const lacking = asked.methods.find((method) => !given.methods.some((own) => isSameMethod(own, method)));
  if (lacking !== undefined) {
    return kind === "function"
      ? `${given.name}, which was not given as a function of this type`
      : `${given.name}, which has no such method ${lacking.name}`;
  }
  const disposes = asked.disposable === true && given.disposable !== true;
  return disposes ? `${given.name}, which was not given to be disposed of` : undefined;
}

function takeStream(received: InboundRef, shape: StreamShape): object {
  if (received.kind !== "stream") throw new ShapeMismatch(shape.label, "a reference to something else");
  received.consumer.expect(shape);
  return new RemoteStream(received.consumer);
}

function importOf(received: InboundRef): ImportedTarget | StreamConsumer | undefined {
  if (received.kind === "receiverHosted") return undefined;
  return received.kind === "stream" ? received.consumer : received.target;
}

/** Releases a reference of a message that will not be used. */
export function giveBack(received: InboundRef): void {
  if (received.kind === "object") received.target.release();
  else if (received.kind === "stream") received.consumer.stop();
}

/** Fails the streams of a call that was given up, so that its handler stops reading them. */
export function callGivenUp(held: readonly (ImportedTarget | StreamConsumer)[], reason: RpcError): void {
  for (const reference of held) if (reference instanceof StreamConsumer) reference.callGivenUp(reason);
}

/** Releases the references of a call that has settled. */
export function callEnded(held: readonly (RefLifetime & (ImportedTarget | StreamConsumer))[]): void {
  for (const reference of held) {
    if (reference instanceof ImportedTarget) reference.release();
    else reference.callEnded();
  }
}
