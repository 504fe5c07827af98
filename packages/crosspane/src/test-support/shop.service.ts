export class OutOfStock extends Error {
  readonly sku: string;

  constructor(sku: string) {
    super(`${sku} is out of stock`);
    this.sku = sku;
  }
}

export interface Values {
  date: Date;
  big: bigint;
  bytes: Uint8Array;
  numbers: Float64Array;
  map: Map<string, Set<number>>;
  note?: string | undefined;
}

/** @service */
export interface Order extends Disposable {
  total(): Promise<number>;
}

/** @service */
export interface Shop {
  greet(name: string, times?: number): Promise<string>;
  sum(...numbers: number[]): Promise<number>;
  mirror(values: Values): Promise<Values>;
  photo(): Promise<Uint8Array>;
  /** @throws {OutOfStock} */
  buy(sku: string): Promise<void>;
  open(): Promise<Order>;
  metadata(): Promise<Record<string, string>>;
  count(to: number): AsyncIterable<number>;
  ticks(): AsyncIterable<number>;
  hang(): Promise<void>;
  log(line: string): void;
}
