import { callContext } from "../../call/call-context.js";
import type { CloseReason, Connection } from "../../call/connection.js";
import { captureOuterContext } from "../../call/context-storage.js";
import { openSession } from "../../connection/open-session.js";
import { SessionConnection } from "../../connection/session-connection.js";
import { countsOf } from "../../testing/counts-of.js";
import type { Limits } from "../../transport/limits.js";
import { Flow } from "./flow.js";
import { FlowSide } from "./flow-side.js";
import type { SteppedConnection } from "./stepped-connection.js";
import { type Done, Work } from "./work.js";

/** A handler that has not ended. */
interface Running {
  readonly signal: AbortSignal;
  readonly resolve: (done: Done) => void;
  readonly reject: (error: unknown) => void;
}

/** One of the two ends of an interleaving: its service, and the steps of the test. */
export class Side {
  readonly link: SteppedConnection;
  /** Streams and references that the other side asked for. */
  readonly flow = new FlowSide();
  /** Running handlers, by the number of the call. */
  readonly running = new Map<number, Running>();
  /** Numbers of the calls and one-way calls that were started here, in order. */
  readonly started: number[] = [];
  /** Largest number of handlers at once. */
  mostRunning = 0;
  ended: CloseReason | undefined;
  /** Number of `close` calls that have not returned. */
  closing = 0;
  #connection: Connection | undefined;

  constructor(link: SteppedConnection) {
    this.link = link;
  }

  async open(role: "client" | "server", limits: Limits): Promise<void> {
    const services = [
      Work.implement({ run: (n) => this.#run(n), note: (n) => void this.started.push(n) }),
      Flow.implement(this.flow),
    ];
    const options = {
      endpoint: "memory:steps",
      services,
      limits,
      exposeErrors: "none",
      onError() {},
      context: captureOuterContext(),
      interceptors: undefined,
      authorize: undefined,
      heartbeat: undefined,
    } as const;
    const { connection } = await openSession(this.link, options, {
      role,
      signal: new AbortController().signal,
      connectionOf: (session) => new SessionConnection(session),
    });
    this.#connection = connection;
    void connection.closed.then((reason) => {
      this.ended = reason;
    });
  }

  get connection(): Connection {
    if (this.#connection === undefined) throw new Error("the side is not open");
    return this.#connection;
  }

  get counts(): Readonly<Record<string, number>> {
    return { ...countsOf(this.connection) };
  }

  /** Ends a handler. */
  end(n: number, how: (running: Running) => void): void {
    const running = this.running.get(n);
    if (running === undefined) throw new Error(`no handler of call ${n} runs`);
    this.running.delete(n);
    how(running);
  }

  close(drainMs: number): void {
    this.closing++;
    void this.connection.close({ drainMs }).then(() => {
      this.closing--;
    });
  }

  #run(n: number): Promise<Done> {
    this.started.push(n);
    const { signal } = callContext();
    return new Promise((resolve, reject) => {
      this.running.set(n, { signal, resolve, reject });
      this.mostRunning = Math.max(this.mostRunning, this.running.size);
    });
  }
}
