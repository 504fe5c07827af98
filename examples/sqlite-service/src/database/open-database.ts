import { DatabaseSync } from "node:sqlite";

const schema = `
  create table if not exists account (
    name text primary key,
    balance integer not null default 0 constraint no_overdraft check (balance >= 0),
    note text
  ) strict;

  create table if not exists entry (
    id integer primary key,
    at integer not null,
    account text not null references account (name),
    amount integer not null,
    receipt blob
  ) strict;

  create index if not exists entry_of_account on entry (account, id);

  create trigger if not exists entry_booked after insert on entry begin
    update account set balance = balance + new.amount where name = new.account;
  end;
`;

/**
 * Opens a connection to the database in a file. Each transaction and each stream of rows has one of
 * its own, because SQLite isolates connections from each other.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  // With a write-ahead log readers see the last commit while another connection writes.
  database.exec("pragma journal_mode = wal; pragma synchronous = normal");
  return database;
}

/** Makes the tables, if the file has none. */
export function createSchema(database: DatabaseSync): void {
  database.exec(schema);
}
