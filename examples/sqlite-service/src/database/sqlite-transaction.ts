import type { DatabaseSync } from "node:sqlite";
import { RpcError } from "@crosspane/core";
import type { Account, Entry, EntryFilter, NewEntry, Transaction } from "../ledger.service.js";
import { asking } from "./database-error.js";
import { SqliteBooks } from "./sqlite-books.js";

/** A transaction on a connection of its own. */
export class SqliteTransaction implements Transaction {
  readonly #database: DatabaseSync;
  readonly #books: SqliteBooks;
  readonly #onEnd: () => void;

  /** @param onEnd called once, when it ends for any reason */
  constructor(database: DatabaseSync, onEnd: () => void) {
    this.#database = database;
    this.#books = new SqliteBooks(database);
    this.#onEnd = onEnd;
    // Immediate: it may write from the beginning, so that it cannot lose a race for that later.
    asking(() => database.exec("begin immediate"));
  }

  async account(name: string): Promise<Account | undefined> {
    return this.#open().account(name);
  }

  async accounts(): Promise<Account[]> {
    return this.#open().accounts();
  }

  async *entries(filter: EntryFilter = {}): AsyncGenerator<Entry> {
    for (const entry of this.#open().entries(filter)) {
      yield entry;
      this.#open();
    }
  }

  async open(name: string, note: string | null = null): Promise<Account> {
    return this.#open().open(name, note);
  }

  async book(entry: NewEntry): Promise<Entry> {
    return this.#open().book(entry);
  }

  async bookAll(entries: AsyncIterable<NewEntry>): Promise<number> {
    this.#open();
    this.#database.exec("savepoint book_all");
    let count = 0;
    try {
      for await (const entry of entries) {
        this.#open().book(entry);
        count++;
      }
    } catch (error) {
      if (this.#database.isOpen) this.#database.exec("rollback to book_all; release book_all");
      throw error;
    }
    this.#open();
    this.#database.exec("release book_all");
    return count;
  }

  async commit(): Promise<void> {
    this.#open();
    asking(() => this.#database.exec("commit"));
    this.#end();
  }

  /** Rolls back uncommitted changes: closing a connection does that. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#database.isOpen) this.#end();
  }

  #end(): void {
    this.#database.close();
    this.#onEnd();
  }

  #open(): SqliteBooks {
    if (this.#database.isOpen) return this.#books;
    throw new RpcError("failedPrecondition", "the transaction is over: begin another");
  }
}
