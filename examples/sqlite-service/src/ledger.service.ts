/** An account; its balance is the sum of its entries. */
export interface Account {
  readonly name: string;
  /** Cents, never below 0. */
  readonly balance: bigint;
  readonly note: string | null;
}

/** A deposit to an account, or a withdrawal. */
export interface Entry {
  readonly id: bigint;
  readonly at: Date;
  readonly account: string;
  /** Cents, negative for a withdrawal. */
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

/** Counts of the server's open resources. */
export interface Status {
  /** Streams of entries that are being read. */
  readonly openQueries: number;
  /** Entries that were read from the database since the server started. */
  readonly entriesRead: number;
  /** Transactions that wait for the current writer. */
  readonly waitingWriters: number;
}

/** Error for a change that the database refused, because a rule of its schema forbids it. */
export class ConstraintViolation extends Error {
  override readonly name = "ConstraintViolation";
  readonly kind: "unique" | "check" | "notNull" | "foreignKey" | "dataType";
  /** The subject of the rule: the columns, or its name; null if the database does not say. */
  readonly rule: string | null;

  constructor(kind: ConstraintViolation["kind"], rule: string | null) {
    super(rule === null ? kind : `${kind}: ${rule}`);
    this.kind = kind;
    this.rule = rule;
  }
}

/** Queries and bookings, the same inside a transaction and outside. */
export interface Books {
  account(name: string): Promise<Account | undefined>;
  accounts(): Promise<Account[]>;
  /** Streams entries in the order of their ids. Leaving the stream closes the query. */
  entries(filter?: EntryFilter): AsyncIterable<Entry>;
  /**
   * Opens an account.
   * @throws {ConstraintViolation} `unique` if it exists already.
   */
  open(name: string, note?: string | null): Promise<Account>;
  /**
   * Books an entry.
   * @throws {ConstraintViolation} `check: no_overdraft`, or `foreignKey` if there is no such
   * account.
   */
  book(entry: NewEntry): Promise<Entry>;
  /**
   * Books all entries or none, and returns their number.
   * @throws {ConstraintViolation} as `book`.
   */
  bookAll(entries: AsyncIterable<NewEntry>): Promise<number>;
}

/** @service */
export interface Ledger extends Books {
  /**
   * Begins a transaction, once no other one writes. Others see its changes after it has committed.
   */
  begin(): Promise<Transaction>;
  status(): Promise<Status>;
}

/**
 * A transaction belongs to its holder. If the holder releases it without a commit, exits or is
 * killed, it is rolled back.
 *
 * @service
 */
export interface Transaction extends Books, AsyncDisposable {
  /** Commits: all others see the changes from now on. The transaction is over. */
  commit(): Promise<void>;
}
