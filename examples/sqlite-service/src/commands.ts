import { stopRequest } from "@crosspane-examples/processes";
import type { Ledger, NewEntry } from "./ledger.service.js";

export const usage = `usage: node dist/client.js ENDPOINT COMMAND
  open NAME [NOTE]               opens an account
  fill NAME CENTS COUNT          books an amount COUNT times, all or none, from a stream
  transfer FROM TO CENTS [hold]  moves an amount in a transaction; with hold waits before it commits
  accounts                       lists all accounts
  entries COUNT                  reads a stream of entries, and stops after so many
  status                         tells what the server has open`;

type Command = (ledger: Ledger, args: readonly string[]) => Promise<void>;

/** The commands of the client, by name. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    "open",
    async (ledger, [name = "", note]) => {
      const account = await ledger.open(name, note);
      console.log(`${account.name} is open.`);
    },
  ],
  [
    "fill",
    async (ledger, [account = "", cents = "0", count = "1"]) => {
      const booked = await ledger.bookAll(repeated({ account, amount: BigInt(cents) }, Number(count)));
      console.log(`${booked} entries are booked.`);
    },
  ],
  ["transfer", transfer],
  [
    "accounts",
    async (ledger) => {
      for (const { name, balance, note } of await ledger.accounts()) {
        console.log(`${name.padEnd(12)} ${balance.toString().padStart(12)}  ${note ?? ""}`.trimEnd());
      }
    },
  ],
  [
    "entries",
    async (ledger, [limit = "10"]) => {
      let count = 0;
      if (Number(limit) === 0) return;
      for await (const { id, at, account, amount, receipt } of ledger.entries()) {
        console.log([id, at.toISOString(), account, amount, receipt?.length ?? "no receipt"].join(" "));
        if (++count === Number(limit)) break;
      }
    },
  ],
  ["status", async (ledger) => console.log(JSON.stringify(await ledger.status()))],
]);

async function transfer(ledger: Ledger, [from = "", to = "", cents = "0", hold]: readonly string[]) {
  const amount = BigInt(cents);
  // If anything fails before the commit, or this process dies, the database is unchanged.
  await using transaction = await ledger.begin();
  const receipt = new TextEncoder().encode(`${from} to ${to}: ${cents}`);
  await transaction.book({ account: to, amount, receipt });
  await transaction.book({ account: from, amount: -amount, receipt });
  if (hold === "hold") {
    const { balance } = (await transaction.account(to)) ?? { balance: 0n };
    console.log(
      `In here ${to} has ${balance}; nobody else sees that. Ctrl-C commits; killing this process does not.`,
    );
    await stopRequest();
  }
  await transaction.commit();
  console.log(`${amount} went from ${from} to ${to}.`);
}

async function* repeated(entry: NewEntry, count: number): AsyncGenerator<NewEntry> {
  for (let booked = 0; booked < count; booked++) yield entry;
}
