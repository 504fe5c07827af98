// node dist/server.js FILE ENDPOINT
import { serve } from "@crosspane/transports";
import { program, stopRequest } from "@crosspane-examples/processes";
import { SqliteLedger } from "./database/sqlite-ledger.js";
import { Ledger } from "./ledger.crosspane.js";

await program(async () => {
  const [file, endpoint] = process.argv.slice(2);
  if (file === undefined || endpoint === undefined)
    throw new Error("usage: node dist/server.js FILE ENDPOINT");

  using ledger = new SqliteLedger(file);
  await using server = await serve(endpoint, [Ledger.implement(ledger)]);
  console.log(`${file} is served at ${server.endpoint}`);
  console.log(`stopped by ${await stopRequest()}`);
});
