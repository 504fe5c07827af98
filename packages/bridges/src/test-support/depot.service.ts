import type { Subscription } from "@crosspane/core";

/** An error of the contract, without a code of its own. */
export class OutOfStock extends Error {
  readonly sku: string;
  readonly expected: Date;

  constructor(sku: string, expected: Date) {
    super(`${sku} is out of stock`);
    this.sku = sku;
    this.expected = expected;
  }
}

export interface Part {
  sku: string;
  weight: bigint;
  added: Date;
  photo?: Uint8Array;
  tags: Set<string>;
  prices: Map<string, number>;
  parts: Part[];
}

export interface Crate {
  kind: "crate";
  height: number;
}

export interface Barrel {
  kind: "barrel";
  filled: Date;
}

/**
 * Types that JSON says in its own way, and all kinds of methods.
 * @service
 */
export interface Depot {
  greet(name: string, times?: number): Promise<string>;
  sum(...numbers: number[]): Promise<number>;
  mirror(part: Part): Promise<Part>;
  pack(container: Crate | Barrel): Promise<Crate | Barrel>;
  find(sku: string): Promise<Part | undefined>;
  /** @throws {OutOfStock} */
  take(sku: string): Promise<void>;
  fail(code: string): Promise<void>;
  metadata(): Promise<Record<string, string>>;
  remaining(): Promise<number>;
  hang(signal?: AbortSignal): Promise<void>;
  log(line: string): void;
  count(to: number): AsyncIterable<number>;
  /** Items without end, of `bytes` characters each. */
  flood(bytes: number): AsyncIterable<string>;
  /** These items, then nothing until it is cancelled. */
  wait(...items: string[]): AsyncIterable<string>;
  /** @allow sameUser */
  restricted(): Promise<void>;
}

/**
 * Methods that JSON cannot say.
 * @service
 */
export interface Live {
  ping(): Promise<string>;
  watch(listener: (line: string) => void): Promise<Subscription>;
  upload(lines: AsyncIterable<string>): Promise<number>;
  depot(): Promise<Depot>;
}
