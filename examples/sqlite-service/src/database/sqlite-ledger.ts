import type { DatabaseSync } from "node:sqlite";
import { tryCallContext } from "@crosspane/core";
import type { Account, Entry, EntryFilter, Ledger, NewEntry, Status } from "../ledger.service.js";
import { createSchema, openDatabase } from "./open-database.js";
import { SqliteBooks } from "./sqlite-books.js";
import { SqliteTransaction } from "./sqlite-transaction.js";
import { Turns } from "./turns.js";

/** The service over a database in a file. */
export class SqliteLedger implements Ledger, Disposable {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #books: SqliteBooks;
  /**
   * SQLite has one writer at a time. A second one would block this process's only thread, so it
   * waits here.
   */
  readonly #writers = new Turns();
  #openQueries = 0;
  #entriesRead = 0;

  constructor(file: string) {
    this.#file = file;
    this.#database = openDatabase(file);
    createSchema(this.#database);
    this.#books = new SqliteBooks(this.#database);
  }

  async account(name: string): Promise<Account | undefined> {
    return this.#books.account(name);
  }

  async accounts(): Promise<Account[]> {
    return this.#books.accounts();
  }

  async *entries(filter: EntryFilter = {}): AsyncGenerator<Entry> {
    const database = openDatabase(this.#file);
    this.#openQueries++;
    try {
      for (const entry of new SqliteBooks(database).entries(filter)) {
        this.#entriesRead++;
        yield entry;
      }
    } finally {
      this.#openQueries--;
      database.close();
    }
  }

  async open(name: string, note?: string | null): Promise<Account> {
    return this.#write((transaction) => transaction.open(name, note));
  }

  async book(entry: NewEntry): Promise<Entry> {
    return this.#write((transaction) => transaction.book(entry));
  }

  async bookAll(entries: AsyncIterable<NewEntry>): Promise<number> {
    return this.#write((transaction) => transaction.bookAll(entries));
  }

  async begin(): Promise<SqliteTransaction> {
    const turn = await this.#writers.take(tryCallContext()?.signal);
    const database = openDatabase(this.#file);
    try {
      return new SqliteTransaction(database, () => turn[Symbol.dispose]());
    } catch (error) {
      database.close();
      turn[Symbol.dispose]();
      throw error;
    }
  }

  async status(): Promise<Status> {
    return {
      openQueries: this.#openQueries,
      entriesRead: this.#entriesRead,
      waitingWriters: this.#writers.waiting,
    };
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  async #write<T>(order: (transaction: SqliteTransaction) => Promise<T>): Promise<T> {
    await using transaction = await this.begin();
    const result = await order(transaction);
    await transaction.commit();
    return result;
  }
}
