import type { Subscription } from "@crosspane/core";

export interface Quote {
  symbol: string;
  bid: number;
  at: Date;
  note?: string | undefined;
  tags: string[];
}

export type Shape = { kind: "circle"; radius: number } | { kind: "square"; side: number };

export interface Values {
  text: string;
  number: number;
  flag: boolean;
  big: bigint;
  at: Date;
  bytes: Uint8Array;
  doubles: Float64Array;
  list: (number | string)[];
  names: Set<string>;
  pairs: Map<string, number>;
  prices: Record<string, number>;
  nothing: null;
  maybe?: number | undefined;
  shape: Shape;
  inner: { deep: boolean };
}

/** @service */
export interface Account extends Disposable {
  owner(): Promise<string>;
  deposit(amount: number): Promise<number>;
}

/** @service */
export interface Desk {
  add(a: number, b: number): Promise<number>;
  upper(text: string): Promise<string>;
  greet(name: string, times?: number): Promise<string>;
  sum(...numbers: number[]): Promise<number>;
  total(numbers: number[]): Promise<number>;
  quote(symbol: string): Promise<Quote>;
  describe(quote: Quote): Promise<string>;
  find(symbol: string): Promise<Quote | null>;
  area(shape: Shape): Promise<number>;
  values(): Promise<Values>;
  day(date: Date): Promise<string>;
  big(value: bigint): Promise<bigint>;
  bytes(value: Uint8Array): Promise<Uint8Array>;
  dictionary(prices: Record<string, number>): Promise<number>;
  anything(value: unknown): Promise<unknown>;
  slow(ms: number): Promise<number>;
  /** @throws {RpcError} `notFound` always. */
  fail(): Promise<void>;
  crash(): Promise<void>;
  open(owner: string): Promise<Account>;
  ownerOf(account: Account): Promise<string>;
  apply(f: (x: number) => Promise<number>, x: number): Promise<number>;
  adder(a: number): Promise<(b: number) => Promise<number>>;
  count(to: number): AsyncIterable<number>;
  hold(f: (x: number) => Promise<number>): Promise<Subscription>;
  log(text: string): void;
  logged(): Promise<string[]>;
}
