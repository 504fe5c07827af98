/** An enum, as in many contracts. */
export type Color = "red" | "green" | "blue";

/** A union whose members are distinguished by a property. */
export type Figure =
  | { readonly kind: "circle"; readonly radius: number }
  | { readonly kind: "square"; readonly side: number; readonly label?: string }
  | { readonly kind: "group"; readonly figures: readonly Figure[] };

/** Every kind of type that a contract may use. */
export interface Sample {
  text: string;
  count: number;
  flag: boolean;
  big: bigint;
  nothing: null;
  missing: undefined;
  color: Color;
  when: Date;
  bytes: Uint8Array;
  floats: Float32Array;
  longs: BigInt64Array;
  list: readonly string[];
  pair: [string, number];
  atLeastOne: [string, ...number[]];
  table: Record<string, number>;
  map: Map<string, Date>;
  set: Set<number>;
  choice: string | number | null;
  either: Map<string, number> | Set<string>;
  note?: string;
  nested: { readonly inner: { readonly deep: boolean } };
  anything: unknown;
}

/** A recursive type. */
export interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}

/** The end of a held call, as its handler saw it. */
export interface HeldCall {
  readonly started: boolean;
  /** The code of the abort signal's reason; null while it is not aborted. */
  readonly aborted: string | null;
}

/** A call, as its handler saw it. */
export interface ContextView {
  readonly method: string;
  readonly metadata: Record<string, string>;
  /** Null without a deadline. */
  readonly remainingMs: number | null;
  readonly transport: string;
  readonly aborted: boolean;
}

/** Everything that the server holds, to prove that nothing is left behind. */
export interface ServerStats {
  /** Number of handlers that have not ended, except this one. */
  readonly handlers: number;
  readonly connections: number;
  /** Everything in flight on all connections together, by table, except this call. */
  readonly counts: Record<string, number>;
}

/**
 * The service that a transport's conformance cases call.
 * @service crosspane.Conformance
 */
export interface Conformance {
  echo(value: unknown): Promise<unknown>;
  echoText(text: string): Promise<string>;
  echoBytes(bytes: Uint8Array): Promise<Uint8Array>;
  echoSample(sample: Sample): Promise<Sample>;
  echoFigure(figure: Figure): Promise<Figure>;
  echoTree(tree: Tree): Promise<Tree>;
  echoBigint(value: bigint): Promise<bigint>;
  echoNumbers(values: readonly number[]): Promise<number[]>;
  add(a: number, b: number): Promise<number>;
  join(separator: string, first?: string, ...rest: string[]): Promise<string>;
  nothing(): Promise<void>;
  /** Returns as many bytes as asked for. */
  produce(byteCount: number): Promise<Uint8Array>;
  /** Answers after some milliseconds, even if the call is cancelled. */
  delay(delayMs: number): Promise<void>;
  /** Fails with an `RpcError`. */
  fail(code: string, message: string, details: unknown): Promise<void>;
  /** Fails with an error that is not an `RpcError`. */
  crash(how: "error" | "text" | "undefined" | "hostile" | "synchronous"): Promise<void>;
  /** Fails with an unusual `RpcError`. */
  failOddly(how: "function in details" | "no such code" | "cause" | "subclass"): Promise<void>;
  /** Returns a text where a number is declared. */
  lie(): Promise<number>;
  /** Returns an object with more properties than declared. */
  overshare(): Promise<{ readonly shown: string }>;
  /** Ends only when it is cancelled or released. */
  hold(key: string): Promise<void>;
  release(key: string): Promise<boolean>;
  held(key: string): Promise<HeldCall>;
  context(): Promise<ContextView>;
  contextAfterAwait(): Promise<ContextView>;
  /** One-way. */
  note(key: string, line: string): void;
  notes(key: string): Promise<string[]>;
  /** One-way, and fails. */
  noteAndFail(key: string): void;
  /** One-way; notes the call's metadata, as JSON. */
  noteMetadata(key: string): void;
  /** Calls the caller's own service, with a deadline if one is given. */
  askBack(text: string, timeoutMs?: number): Promise<string>;
  /** Makes a one-way call of the caller's own service for each line. */
  tellBack(lines: readonly string[]): Promise<void>;
  /** Begins to end the connection of this call. */
  hangUp(how: "close" | "abort"): Promise<void>;
  stats(): Promise<ServerStats>;
}

/**
 * The service that a client of the conformance cases offers to the server.
 * @service crosspane.ConformanceCaller
 */
export interface ConformanceCaller {
  upper(text: string): Promise<string>;
  /** One-way. */
  heard(line: string): void;
}

/**
 * A service that no conformance server offers.
 * @service crosspane.Absent
 */
export interface Absent {
  anything(): Promise<void>;
}
