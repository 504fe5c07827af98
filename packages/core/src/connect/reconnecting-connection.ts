import { endedError } from "../call/call-errors.js";
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
import { type Deadline, sleep } from "../call/deadline.js";
import type { OnError, Reporting } from "../call/error-reports.js";
import { ProcessHold } from "../connection/process-hold.js";
import { nothingLost, type Session } from "../connection/session.js";
import { RpcError } from "../errors/rpc-error.js";
import type { Interceptor } from "../interceptor/interceptor.js";
import { bindMembers } from "../runtime/identity.js";
import { now } from "../runtime/real-time.js";
import { definitionOf } from "../service/check-services.js";
import { assertSameCopy } from "../service/same-copy.js";
import type { CallOptions, Service } from "../service/service.js";
import { connectFailure, isRetryable } from "../transport/connect-failure.js";
import type { PeerInfo } from "../transport/transport.js";
import { LinkWaiters } from "./link-waiters.js";
import type { ReconnectPolicy } from "./reconnect-options.js";
import { type Links, ReconnectingChannel } from "./reconnecting-channel.js";

/** Options for {@link ReconnectingConnection}. */
export interface ReconnectingOptions {
  /**
   * Opens another session.
   * @throws {RpcError} if it fails.
   */
  readonly open: (signal: AbortSignal) => Promise<Session>;
  readonly reconnect: ReconnectPolicy;
  readonly onError: OnError;
}

/** A connection over successive links. Clients are created once and use the current link. */
export class ReconnectingConnection implements Connection, Links, Reporting {
  readonly closed: Promise<CloseReason>;
  readonly #options: ReconnectingOptions;
  readonly #waiters: LinkWaiters;
  readonly #listeners = new Set<(change: ConnectionChange) => void>();
  readonly #handlers = new Set<(nothing: undefined) => void | Promise<void>>();
  readonly #resolveClosed: (reason: CloseReason) => void;
  /** Keeps the process alive between two attempts while calls wait for a link. */
  readonly #hold = new ProcessHold(() => this.#waiters.size > 0, {
    holdProcess: (holds) => this.#pause?.holdProcess(holds),
  });
  #isUnref = false;
  /** The delay before the next attempt. */
  #pause: Deadline | undefined;
  /** Ends the search for another link. */
  readonly #search = new AbortController();
  /** The current link, or the last one. */
  #session: Session;
  #sessionSince = now();
  #delayMs: number;
  #state: ConnectionState = "connected";
  #isClosing = false;
  #reason: CloseReason | undefined;
  /** One-way calls that were unconfirmed on broken links since `flush` last reported it. */
  #unconfirmed = 0;

  constructor(session: Session, options: ReconnectingOptions) {
    this.#options = options;
    this.#waiters = new LinkWaiters(options.reconnect.waitMs, () => this.#hold.update());
    this.#delayMs = options.reconnect.minDelayMs;
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#session = session;
    this.#watch(session);
    bindMembers(this);
  }

  get transport(): ConnectionTransport {
    return this.#session.connection.transport;
  }

  get peerServices(): readonly PeerService[] {
    return this.#session.connection.peerServices;
  }

  get peer(): PeerInfo {
    return this.#session.connection.peer;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get current(): Session | undefined {
    // A link that this side is closing still accepts calls on references, and gives the reason why
    // it refuses others.
    return this.#session.isOpen || (this.#isClosing && this.#state === "connected")
      ? this.#session
      : undefined;
  }

  get interceptors(): readonly Interceptor[] | undefined {
    return this.#session.interceptors;
  }

  next(label: string, options: CallOptions): Promise<Session> {
    const over = this.over(label);
    return over === undefined ? this.#waiters.wait(label, options) : Promise.reject(over);
  }

  report(error: unknown, method?: string): void {
    this.#options.onError({ error, method, peer: this.peer });
  }

  over(label: string): RpcError | undefined {
    return this.#reason === undefined
      ? undefined
      : endedError(label, this.#reason, this.#session.endpoint, "was not sent");
  }

  onStateChange(listener: (change: ConnectionChange) => void): () => void {
    const own = inThisContext(listener);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  onReconnected(handler: () => void | Promise<void>): () => void {
    const own = inThisContext(handler);
    this.#handlers.add(own);
    return () => this.#handlers.delete(own);
  }

  client<T>(service: Service<T>): T {
    const definition = definitionOf(service, "client");
    assertSameCopy(definition);
    return new definition.client(new ReconnectingChannel(this, service as Service<unknown>));
  }

  offers(service: { readonly definition: { readonly name: string } }): boolean {
    return this.#session.connection.offers(service);
  }

  async flush(options: FlushOptions = {}): Promise<void> {
    this.#reportUnconfirmed();
    const session = this.current ?? (await this.next("flush", options));
    try {
      await session.flush(options);
    } catch (thrown) {
      // Lost calls are reported once. They are counted before this continues.
      if (session.isEnded) await session.closed.then(() => this.#forgetUnconfirmed());
      throw thrown;
    }
    this.#reportUnconfirmed();
  }

  async close(options?: CloseOptions): Promise<void> {
    this.#isClosing = true;
    this.#search.abort();
    if (this.#state === "reconnecting") this.#finish({ by: "local" });
    await this.#session.close(options);
    await this.closed;
  }

  unref(): void {
    this.#isUnref = true;
    this.#hold.unref();
    this.#session.hold.unref();
  }

  ref(): void {
    this.#isUnref = false;
    this.#hold.ref();
    this.#session.hold.ref();
  }

  abort(reason = "the connection was aborted"): void {
    this.#isClosing = true;
    this.#search.abort();
    if (this.#state === "reconnecting") {
      this.#finish({ by: "local", error: new RpcError("cancelled", reason) });
    } else {
      this.#session.abort(reason);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #watch(session: Session): void {
    void session.closed.then((reason) => {
      this.#unconfirmed += session.lost.oneWayCalls;
      if (this.#isClosing || reason.by === "local") return this.#finish(reason, session.lost);
      this.#become({ state: "reconnecting", lost: session.lost, error: reason.error });
      return this.#comeBack(reason.error);
    });
  }

  /**
   * Tries to open another link until it succeeds, is cancelled or stops retrying. Never rejects.
   */
  async #comeBack(cause: RpcError | undefined): Promise<void> {
    const { minDelayMs, maxDelayMs, maxElapsedMs } = this.#options.reconnect;
    const { signal } = this.#search;
    const began = now();
    // A server that accepts connections and then breaks them must not be dialed at the minimum
    // delay.
    if (began - this.#sessionSince >= maxDelayMs) this.#delayMs = minDelayMs;
    for (let error = cause; ; ) {
      const leftMs = maxElapsedMs - (now() - began);
      if (leftMs <= 0)
        return this.#stopRetrying(error, `no link for ${maxElapsedMs} ms (reconnect.maxElapsedMs)`);
      const delayMs = this.#delayMs / 2 + (Math.random() * this.#delayMs) / 2;
      await sleep(Math.min(delayMs, leftMs), signal, (pause) => this.#paused(pause));
      this.#pause = undefined;
      if (signal.aborted) return;
      this.#delayMs = Math.min(2 * this.#delayMs, maxDelayMs);
      try {
        return this.#adopt(await this.#options.open(signal));
      } catch (thrown) {
        if (signal.aborted) return;
        error = connectFailure(this.#session.endpoint, thrown);
        if (!isRetryable(error))
          return this.#stopRetrying(error, "another attempt would fail in the same way");
      }
    }
  }

  #paused(pause: Deadline): void {
    this.#pause = pause;
    pause.holdProcess(this.#hold.isHeld);
  }

  #adopt(session: Session): void {
    if (this.#isClosing) return session.abort("the connection was closed");
    this.#session = session;
    this.#sessionSince = now();
    if (this.#isUnref) session.hold.unref();
    this.#watch(session);
    this.#become({ state: "connected", lost: nothingLost });
    for (const handler of [...this.#handlers]) {
      if (this.#handlers.has(handler)) this.#run(() => handler(undefined));
    }
    this.#waiters.resolve(session);
  }

  #forgetUnconfirmed(): number {
    const calls = this.#unconfirmed;
    this.#unconfirmed = 0;
    return calls;
  }

  /** @throws {RpcError} `unavailable` if one-way calls of earlier links may be lost. */
  #reportUnconfirmed(): void {
    const calls = this.#forgetUnconfirmed();
    if (calls === 0) return;
    const text = `flush: the connection to ${this.#session.endpoint} broke before ${calls} one-way calls were confirmed; they may be lost`;
    throw new RpcError("unavailable", text);
  }

  #stopRetrying(cause: RpcError | undefined, why: string): void {
    const { endpoint } = this.#session;
    const last = cause === undefined ? "" : `; the last attempt: ${cause.message}`;
    const text = `the connection to ${endpoint} was not re-established: ${why}${last}`;
    this.#finish({ by: "peer", error: new RpcError(cause?.code ?? "unavailable", text, { cause }) });
  }

  #finish(reason: CloseReason, lost = nothingLost): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#waiters.reject((label) => endedError(label, reason, this.#session.endpoint));
    this.#become({ state: "closed", lost, error: reason.error });
    this.#resolveClosed(reason);
  }

  #become(change: ConnectionChange): void {
    this.#state = change.state;
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) this.#run(() => listener(change));
    }
  }

  /** Runs a handler of the program. Its errors are reported and have no other effect. */
  #run(handler: () => void | Promise<void>): void {
    const failed = (error: unknown) => this.#options.onError({ error, peer: this.peer });
    try {
      Promise.resolve(handler()).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
