import { parentCall } from "../call/call-context.js";
import type { Session } from "../connection/session.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { InterceptedCall, Interceptor } from "../interceptor/interceptor.js";
import { calledStream } from "../outbound/called-stream.js";
import { ClientStub } from "../outbound/client-stub.js";
import { interceptClientCall } from "../outbound/intercept-client-call.js";
import { mergedOptions, withExtraSignal } from "../outbound/merged-options.js";
import { laterObject } from "../outbound/pipelined-channel.js";
import { EncodedArgs } from "../outbound/prepared-args.js";
import type { ServiceChannel } from "../outbound/service-channel.js";
import { anySignal } from "../runtime/any-signal.js";
import { now } from "../runtime/real-time.js";
import type { Method } from "../service/method.js";
import type {
  BegunCall,
  CallOptions,
  Channel,
  InFlightBudget,
  PreparedArgs,
  Service,
} from "../service/service.js";
import type { PeerInfo } from "../transport/transport.js";
import { noLinkError } from "./link-waiters.js";

/** Source of a channel's links. */
export interface Links {
  /** The link that accepts calls now; undefined while there is none. */
  readonly current: Session | undefined;
  /** Interceptors in effect now; undefined if there are none. */
  readonly interceptors: readonly Interceptor[] | undefined;
  /** The server of the current link, or of the last one. */
  readonly peer: PeerInfo;
  /**
   * Waits for the next link.
   * @throws {RpcError} if there is none in time.
   */
  next(label: string, options: CallOptions): Promise<Session>;
  /** Reports an error that has no caller, with or without a link. */
  report(error: unknown, method: string): void;
  /** Returns an error if there will be no further link; undefined otherwise. */
  over(label: string): RpcError | undefined;
}

/** Makes the calls of one client over the current link, or waits for the next one. */
export class ReconnectingChannel implements Channel {
  readonly #links: Links;
  readonly #service: Service<unknown>;
  readonly #options: CallOptions;
  readonly #synchronous: boolean;
  #bound: { readonly session: Session; readonly channel: ServiceChannel } | undefined;

  constructor(links: Links, service: Service<unknown>, options: CallOptions = {}, synchronous = false) {
    this.#links = links;
    this.#service = service;
    this.#options = options;
    this.#synchronous = synchronous;
  }

  get isOpen(): boolean {
    return this.#links.current !== undefined;
  }

  get listenerBudget(): InFlightBudget | undefined {
    return this.#links.current?.listenerBudget;
  }

  unary(method: number, args: readonly unknown[] | PreparedArgs): unknown {
    const { current, interceptors } = this.#links;
    // Interceptors run around the wait for a link, so that a call may be retried on the next link.
    if (interceptors !== undefined && !this.#synchronous) {
      // Without own interceptors the call is made at once.
      const encoded = current?.intercepted === false ? undefined : this.#encode(method, args);
      return interceptClientCall({
        interceptors,
        service: this.#service.definition.name,
        method: this.#service.definition.methods[method] as Method,
        label: this.#label(method),
        args: args instanceof EncodedArgs ? args.args : (args as readonly unknown[]),
        options: this.#options,
        peer: this.#links.peer,
        send: (final, options) => this.#send(method, final, options, encoded),
      });
    }
    if (current !== undefined) return this.#channel(current).unary(method, args);
    if (this.#synchronous) throw this.#refusal(method, "a synchronous call cannot wait for it");
    return this.#later(method, this.#encode(method, args) ?? args);
  }

  begin(method: number, args: readonly unknown[]): BegunCall {
    const { current, interceptors } = this.#links;
    if (current !== undefined && interceptors === undefined)
      return this.#channel(current).begin(method, args);
    const shape = this.#service.definition.methods[method]?.result;
    return { result: this.unary(method, args), promised: this.#synchronous ? undefined : laterObject(shape) };
  }

  stream(method: number, args: readonly unknown[]): object {
    const given = this.#encode(method, args) ?? args;
    return calledStream(this.#service.definition.methods[method], (signal) => {
      const options = withExtraSignal(this.#options, signal);
      return new ReconnectingChannel(this.#links, this.#service, options).unary(method, given);
    });
  }

  report(method: number, error: unknown): void {
    this.#links.report(error, this.#label(method));
  }

  notify(method: number, args: readonly unknown[]): void {
    const { current } = this.#links;
    if (current === undefined) throw this.#refusal(method, "a one-way call cannot wait for it");
    this.#channel(current).notify(method, args);
  }

  withOptions(options: CallOptions): Channel {
    const merged = mergedOptions(this.#options, options);
    return new ReconnectingChannel(this.#links, this.#service, merged, this.#synchronous);
  }

  synchronous(): Channel {
    return new ReconnectingChannel(this.#links, this.#service, this.#options, true);
  }

  /**
   * Encodes the arguments now, for a call that is sent later; undefined if they cannot be encoded.
   */
  #encode(method: number, args: readonly unknown[] | PreparedArgs): EncodedArgs | undefined {
    if (args instanceof EncodedArgs) return args;
    const definition = this.#service.definition.methods[method] as Method;
    return EncodedArgs.tryEncode(definition, args as readonly unknown[]);
  }

  async #later(method: number, args: readonly unknown[] | PreparedArgs): Promise<unknown> {
    const { timeoutMs } = this.#options;
    const began = now();
    const session = await this.#links.next(this.#label(method), this.#bounds(this.#options));
    const channel = this.#channel(session);
    if (timeoutMs === undefined) return channel.unary(method, args);
    const leftMs = Math.max(0, timeoutMs - (now() - began));
    return channel.withOptions({ timeoutMs: leftMs }).unary(method, args);
  }

  async #send(
    method: number,
    final: InterceptedCall,
    options: CallOptions,
    encoded: EncodedArgs | undefined,
  ): Promise<unknown> {
    const { timeoutMs = Number.POSITIVE_INFINITY } = options;
    const began = now();
    const session =
      this.#links.current ?? (await this.#links.next(this.#label(method), this.#bounds(options)));
    const leftMs = Math.max(0, timeoutMs - (now() - began));
    return this.#channel(session).send(method, final, { ...options, timeoutMs: leftMs }, encoded);
  }

  /**
   * Returns the bounds of the wait: the call's options, and those of its parent call while it runs.
   */
  #bounds(options: CallOptions): CallOptions {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal, detached } = options;
    const parent = detached === true ? undefined : parentCall();
    if (parent === undefined) return options;
    return {
      timeoutMs: Math.min(timeoutMs, parent.remainingMs),
      signal: signal === undefined ? parent.signal : anySignal([signal, parent.signal]),
    };
  }

  #refusal(method: number, why: string): RpcError {
    const label = this.#label(method);
    return this.#links.over(label) ?? noLinkError(label, why);
  }

  #label(method: number): string {
    const { name, methods } = this.#service.definition;
    return `${name}.${methods[method]?.name}`;
  }

  /** Returns this channel on one link. */
  #channel(session: Session): ServiceChannel {
    if (this.#bound?.session !== session) {
      const plain = ClientStub.channelOf(session.connection.client(this.#service)) as ServiceChannel;
      const withOptions = plain.withOptions(this.#options);
      this.#bound = { session, channel: this.#synchronous ? withOptions.synchronous() : withOptions };
    }
    return this.#bound.channel;
  }
}
