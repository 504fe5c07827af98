import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Account, Entry, EntryFilter, NewEntry } from "../ledger.service.js";
import { asking } from "./database-error.js";

const selectEntries = `
  select id, at, account, amount, receipt from entry
  where (:account is null or account = :account) and (:from is null or at >= :from)
  order by id`;

/** Typed queries over one connection to the database. */
export class SqliteBooks {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  account(name: string): Account | undefined {
    const row = this.#ask("select name, balance, note from account where name = ?").get(name);
    return row as unknown as Account | undefined;
  }

  accounts(): Account[] {
    return this.#ask("select name, balance, note from account order by name").all() as unknown as Account[];
  }

  open(name: string, note: string | null): Account {
    return asking(() => {
      this.#ask("insert into account (name, note) values (?, ?)").run(name, note);
      return { name, balance: 0n, note };
    });
  }

  book({ account, amount, receipt = null }: NewEntry): Entry {
    return asking(() => {
      const at = new Date();
      const insert = this.#ask("insert into entry (at, account, amount, receipt) values (?, ?, ?, ?)");
      const { lastInsertRowid } = insert.run(at.getTime(), account, amount, receipt);
      return { id: BigInt(lastInsertRowid), at, account, amount, receipt };
    });
  }

  /** A query of its own, which ends with the iteration. */
  *entries({ account, from }: EntryFilter): Generator<Entry, void> {
    const statement = this.#prepare(selectEntries);
    for (const row of statement.iterate({ account: account ?? null, from: from?.getTime() ?? null })) {
      yield { ...row, at: new Date(Number(row["at"])) } as unknown as Entry;
    }
  }

  #ask(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    // An integer of the database has 64 bits, a number 53.
    statement.setReadBigInts(true);
    return statement;
  }
}
