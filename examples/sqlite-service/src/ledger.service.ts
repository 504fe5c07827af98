/** An account; its balance is the sum of its entries. */
export interface Account {
  readonly name: string;
  /** Cents, never below 0. */
  readonly balance: bigint;
  readonly note: string | null;
}

/** Money that came to an account, or left it. */
export interface Entry {
  readonly id: bigint;
  readonly at: Date;
  readonly account: string;
  /** Cents, negative for money that left. */
  readonly amount: bigint;
  readonly receipt: Uint8Array | null;
}

export interface NewEntry {
  readonly account: string;
  readonly amount: bigint;
  readonly receipt?: Uint8Array | null;
}

export interface EntryFilter {
  readonly account?: string;
  readonly from?: Date;
}

/** What the server has open. */
export interface Status {
  /** Streams of entries that are being read. */
  readonly openQueries: number;
  /** Entries that were read from the database since the server started. */
  readonly entriesRead: number;
  /** Transactions that wait for the one that writes. */
  readonly waitingWriters: number;
}

/** What the database refused, because a rule of its schema forbids it. */
export class ConstraintViolation extends Error {
  override readonly name = "ConstraintViolation";
  readonly kind: "unique" | "check" | "notNull" | "foreignKey" | "dataType";
  /** What the rule is about: the columns, or its name; null where the database does not say. */
  readonly rule: string | null;

  constructor(kind: ConstraintViolation["kind"], rule: string | null) {
    super(rule === null ? kind : `${kind}: ${rule}`);
    this.kind = kind;
    this.rule = rule;
  }
}

/** Questions and orders, the same inside of a transaction and outside. */
export interface Books {
  account(name: string): Promise<Account | undefined>;
  accounts(): Promise<Account[]>;
  /** In the order of their ids. Whoever stops reading closes the query. */
  entries(filter?: EntryFilter): AsyncIterable<Entry>;
  /** @throws {ConstraintViolation} `unique` if there is such an account. */
  open(name: string, note?: string | null): Promise<Account>;
  /** @throws {ConstraintViolation} `check: no_overdraft`, or `foreignKey` if there is no such account. */
  book(entry: NewEntry): Promise<Entry>;
  /** Books all entries or none, and gives their number. @throws {ConstraintViolation} as `book`. */
  bookAll(entries: AsyncIterable<NewEntry>): Promise<number>;
}

/** @service */
export interface Ledger extends Books {
  /** A transaction, once no other one writes. Nobody else sees what it does before it is committed. */
  begin(): Promise<Transaction>;
  status(): Promise<Status>;
}

/**
 * It belongs to its holder. If that lets go of it without a commit, ends or is killed, it is rolled back.
 *
 * @service
 */
export interface Transaction extends Books, AsyncDisposable {
  /** Everybody sees it from now on. The transaction is over. */
  commit(): Promise<void>;
}
