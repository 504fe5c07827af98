import type {
  CloseOptions,
  CloseReason,
  Connection,
  ConnectionChange,
  ConnectionState,
  ConnectionTransport,
  FlushOptions,
  PeerService,
} from "../call/connection.js";
import { inThisContext } from "../call/context-storage.js";
import type { Reporting } from "../call/error-reports.js";
import type { RpcError } from "../errors/rpc-error.js";
import { ReferenceRoutes, ServiceRoutes } from "../outbound/routes.js";
import { ServiceChannel } from "../outbound/service-channel.js";
import type { ImportedTarget } from "../references/imported-target.js";
import { OfferedTarget } from "../references/offered-target.js";
import { bindProxy } from "../references/shapes/handle.js";
import { subscriptionShape } from "../references/shapes/subscription.js";
import type { TargetShape } from "../references/shapes/target-shape.js";
import { bindMembers, unwrapped } from "../runtime/identity.js";
import { definitionOf } from "../service/check-services.js";
import { assertSameCopy } from "../service/same-copy.js";
import type { Service, ServiceDefinition } from "../service/service.js";
import type { PeerInfo } from "../transport/transport.js";
import type { Session, SessionFace } from "./session.js";
import type { SessionCounts } from "./session-counts.js";

/** The public connection of a session. */
export class SessionConnection implements SessionFace, Reporting {
  readonly #session: Session;
  /** Undefined without listeners. */
  #stateListeners: Set<StateListener> | undefined;
  readonly #routes = new Map<ServiceDefinition<unknown>, ServiceRoutes>();

  constructor(session: Session) {
    this.#session = session;
    bindMembers(this);
  }

  /**
   * Returns the counts of pending work; undefined for a connection without a session.
   * @internal
   */
  static countsOf(connection: Connection): SessionCounts | undefined {
    const own = unwrapped(connection);
    return #session in own ? own.#session.counts : undefined;
  }

  get transport(): ConnectionTransport {
    const { endpoint, transport } = this.#session;
    return {
      name: transport.capabilities.name,
      endpoint: transport.choice?.endpoint ?? endpoint,
      skipped: transport.choice?.skipped ?? [],
    };
  }

  get peer(): PeerInfo {
    return this.#session.transport.peer;
  }

  get peerServices(): readonly PeerService[] {
    return this.#session.peer.services;
  }

  get closed(): Promise<CloseReason> {
    return this.#session.closed;
  }

  get state(): ConnectionState {
    return this.#session.isEnded ? "closed" : "connected";
  }

  onStateChange(listener: StateListener): () => void {
    const own = inThisContext(listener);
    if (this.#stateListeners === undefined) {
      this.#stateListeners = new Set();
      void this.closed.then(({ error }) => this.#reportClosed(error));
    }
    const listeners = this.#stateListeners;
    listeners.add(own);
    return () => listeners.delete(own);
  }

  onReconnected(): () => void {
    return () => {};
  }

  client<T>(service: Service<T>): T {
    const definition = definitionOf(service, "client") as ServiceDefinition<unknown>;
    assertSameCopy(definition);
    let routes = this.#routes.get(definition);
    if (routes === undefined) {
      routes = new ServiceRoutes(definition, this.#session);
      this.#routes.set(definition, routes);
    }
    const client = new service.definition.client(new ServiceChannel(this.#session, routes));
    const { index } = routes;
    if (index !== undefined) bindProxy(client as object, new OfferedTarget(index, this.#session.references));
    return client;
  }

  proxyOf(target: ImportedTarget, shape: TargetShape): object {
    target.isSubscription = shape === subscriptionShape;
    const routes = new ReferenceRoutes(shape.definition, target);
    const proxy = shape.proxy(new ServiceChannel(this.#session, routes));
    routes.calledProxy = proxy;
    return proxy;
  }

  offers(service: { readonly definition: { readonly name: string } }): boolean {
    const { name: offered } = definitionOf(service, "offers");
    return this.#session.peer.services.some(({ name }) => name === offered);
  }

  flush(options: FlushOptions = {}): Promise<void> {
    return this.#session.flush(options);
  }

  close(options?: CloseOptions): Promise<void> {
    return this.#session.close(options);
  }

  abort(reason = "the connection was aborted"): void {
    this.#session.abort(reason);
  }

  unref(): void {
    this.#session.hold.unref();
  }

  ref(): void {
    this.#session.hold.ref();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  report(error: unknown, method?: string): void {
    this.#session.report(error, method);
  }

  #reportClosed(error: RpcError | undefined): void {
    const listeners = this.#stateListeners ?? [];
    this.#stateListeners = undefined;
    for (const listener of listeners) {
      const notify = async () => listener({ state: "closed", lost: this.#session.lost, error });
      notify().catch((thrown) => this.#session.report(thrown));
    }
  }
}

type StateListener = (change: ConnectionChange) => void;
