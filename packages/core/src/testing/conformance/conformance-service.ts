import type { Code } from "../../errors/code.js";
import { codes } from "../../errors/code.js";
import { RpcError } from "../../errors/rpc-error.js";
import { type ServeOptions, type Server, serve } from "../../server/serve.js";
import { callContext } from "../../session/call-context.js";
import type { Transport } from "../../transport/transport.js";
import { Conformance, ConformanceCaller } from "./conformance.crosspane.js";
import type { ContextView, HeldCall, ServerStats } from "./conformance.service.js";

interface Hold {
  aborted: Code | null;
  release: () => void;
}

/** Keeps what a case may ask for later; a long run must not make it grow. */
const maxKeys = 1000;

/** The service that the conformance cases call. */
class ConformanceService implements Conformance {
  readonly #server: () => Server | undefined;
  readonly #holds = new Map<string, Hold>();
  readonly #notes = new Map<string, string[]>();
  #handlers = 0;

  constructor(server: () => Server | undefined) {
    this.#server = server;
  }

  async echo(value: unknown) {
    return value;
  }

  async echoText(text: string) {
    return text;
  }

  async echoBytes(bytes: Uint8Array) {
    return bytes;
  }

  async echoSample(sample: Parameters<Conformance["echoSample"]>[0]) {
    return sample;
  }

  async echoFigure(figure: Parameters<Conformance["echoFigure"]>[0]) {
    return figure;
  }

  async echoTree(tree: Parameters<Conformance["echoTree"]>[0]) {
    return tree;
  }

  async echoBigint(value: bigint) {
    return value;
  }

  async echoNumbers(values: readonly number[]) {
    return [...values];
  }

  async add(a: number, b: number) {
    return a + b;
  }

  async join(separator: string, first = "(none)", ...rest: string[]) {
    return [first, ...rest].join(separator);
  }

  async nothing() {}

  async produce(byteCount: number) {
    return new Uint8Array(byteCount).fill(7);
  }

  async delay(delayMs: number) {
    this.#handlers++;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    this.#handlers--;
  }

  async fail(code: string, message: string, details: unknown) {
    throw new RpcError(codes.find((known) => known === code) ?? "unknown", message, { details });
  }

  crash(how: "error" | "text" | "undefined" | "hostile" | "synchronous"): Promise<void> {
    switch (how) {
      case "synchronous":
        throw new Error("secret of a synchronous handler");
      case "error":
        return Promise.reject(new Error("secret of a handler"));
      case "text":
        return Promise.reject("a secret text");
      case "undefined":
        return Promise.reject(undefined);
      case "hostile":
        return Promise.reject({
          get message(): string {
            throw new Error("a getter that throws");
          },
          toString() {
            throw new Error("a toString that throws");
          },
        });
    }
  }

  async lie() {
    return "not a number" as unknown as number;
  }

  async overshare() {
    return { shown: "yes", password: "secret" };
  }

  async hold(key: string) {
    const { signal } = callContext();
    this.#handlers++;
    try {
      await new Promise<void>((resolve, reject) => {
        const hold: Hold = { aborted: null, release: resolve };
        trim(this.#holds).set(key, hold);
        signal.addEventListener("abort", () => {
          hold.aborted = RpcError.from(signal.reason).code;
          reject(signal.reason);
        });
      });
    } finally {
      this.#handlers--;
    }
  }

  async release(key: string) {
    const hold = this.#holds.get(key);
    hold?.release();
    return hold !== undefined;
  }

  async held(key: string): Promise<HeldCall> {
    const hold = this.#holds.get(key);
    return { started: hold !== undefined, aborted: hold?.aborted ?? null };
  }

  async context(): Promise<ContextView> {
    return viewContext();
  }

  async contextAfterAwait(): Promise<ContextView> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return viewContext();
  }

  note(key: string, line: string): void {
    const notes = this.#notes.get(key);
    if (notes === undefined) trim(this.#notes).set(key, [line]);
    else notes.push(line);
  }

  async notes(key: string) {
    return this.#notes.get(key) ?? [];
  }

  noteAndFail(key: string): void {
    this.note(key, "about to fail");
    throw new Error("a one-way call that fails");
  }

  async askBack(text: string) {
    return callContext().connection.client(ConformanceCaller).upper(text);
  }

  async stats(): Promise<ServerStats> {
    return { handlers: this.#handlers, connections: this.#server()?.connections.size ?? 0 };
  }
}

/** Serves the conformance service at a transport's address, in this process or in one of its own. */
export async function serveConformance(transport: Transport, options: ServeOptions = {}): Promise<Server> {
  let server: Server | undefined;
  const service = new ConformanceService(() => server);
  // Many cases make the server see errors on purpose.
  server = await serve(transport, [Conformance.implement(service)], { onError: () => {}, ...options });
  return server;
}

function viewContext(): ContextView {
  const { method, metadata, remainingMs, peer, signal } = callContext();
  return {
    method,
    metadata: { ...metadata },
    remainingMs: remainingMs === Number.POSITIVE_INFINITY ? null : remainingMs,
    transport: peer.transport,
    aborted: signal.aborted,
  };
}

function trim<V>(map: Map<string, V>): Map<string, V> {
  for (const key of map.keys()) {
    if (map.size < maxKeys) break;
    map.delete(key);
  }
  return map;
}
