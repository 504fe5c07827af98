import { callContext } from "../../call/call-context.js";
import type { Connection } from "../../call/connection.js";
import type { Code } from "../../errors/code.js";
import { codes } from "../../errors/code.js";
import { RpcError } from "../../errors/rpc-error.js";
import { withOptions } from "../../outbound/client-stub.js";
import { type ServeOptions, type Server, serve } from "../../server/serve.js";
import type { Transport } from "../../transport/transport.js";
import { countsOf } from "../counts-of.js";
import { Conformance, ConformanceCaller } from "./conformance.crosspane.js";
import type { ContextView, HeldCall, ServerStats } from "./conformance.service.js";
import { ConformanceReferencesService } from "./conformance-references.js";
import { ConformanceStreamsService } from "./conformance-streams.js";
import { ConformanceHandOver } from "./hand-over.crosspane.js";
import { ConformanceHandOverService } from "./hand-over.js";
import { ConformanceReferences } from "./references.crosspane.js";
import { ConformanceStreams } from "./streams.crosspane.js";

interface Hold {
  aborted: Code | null;
  release: () => void;
}

/** Maximum number of kept keys. A case may ask for them later; a long run must not grow. */
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

  async failOddly(how: "function in details" | "no such code" | "cause" | "subclass") {
    switch (how) {
      case "function in details":
        throw new RpcError("aborted", "odd", { details: { act: () => 1 } });
      case "no such code":
        throw new RpcError("sideways" as Code, "odd");
      case "cause":
        throw new RpcError("aborted", "odd", { cause: new Error("secret of a handler") });
      case "subclass":
        throw new (class OutOfPaper extends RpcError {
          readonly tray = 2;
        })("aborted", "odd");
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

  noteMetadata(key: string): void {
    this.note(key, JSON.stringify(callContext().metadata));
  }

  async askBack(text: string, timeoutMs?: number) {
    const caller = callContext().connection.client(ConformanceCaller);
    return (timeoutMs === undefined ? caller : withOptions(caller, { timeoutMs })).upper(text);
  }

  async tellBack(lines: readonly string[]) {
    const caller = callContext().connection.client(ConformanceCaller);
    for (const line of lines) caller.heard(line);
  }

  async hangUp(how: "close" | "abort") {
    const { connection } = callContext();
    if (how === "abort") connection.abort("the handler hung up");
    else void connection.close();
  }

  async stats(): Promise<ServerStats> {
    const connections = this.#server()?.connections ?? new Set<Connection>();
    const counts: Record<string, number> = {};
    for (const connection of connections) {
      for (const [table, count] of Object.entries(countsOf(connection)))
        counts[table] = (counts[table] ?? 0) + count;
    }
    counts["running"] = (counts["running"] ?? 0) - 1;
    return { handlers: this.#handlers, connections: connections.size, counts };
  }
}

/** Serves the conformance service at a transport's address, in this process or in another one. */
export async function serveConformance(transport: Transport, options: ServeOptions = {}): Promise<Server> {
  let server: Server | undefined;
  const service = new ConformanceService(() => server);
  // Many cases make the server see errors on purpose.
  server = await serve(
    transport,
    [
      Conformance.implement(service),
      ConformanceStreams.implement(new ConformanceStreamsService()),
      ConformanceReferences.implement(new ConformanceReferencesService()),
      ConformanceHandOver.implement(new ConformanceHandOverService()),
    ],
    { onError: () => {}, ...options },
  );
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
