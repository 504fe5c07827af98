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
 * A connection to the database in a file. Each transaction and each stream of rows has one of its own: what SQLite isolates from each other is
 * connections.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  // With a write-ahead log readers go on seeing what was committed last while another connection writes.
  database.exec("pragma journal_mode = wal; pragma synchronous = normal");
  return database;
}

/** Makes the tables, if the file has none. */
export function createSchema(database: DatabaseSync): void {
  database.exec(schema);
}
