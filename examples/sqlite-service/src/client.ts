// node dist/client.js ENDPOINT COMMAND...
import { connect } from "@crosspane/transports";
import { program } from "@crosspane-examples/processes";
import { commands, usage } from "./commands.js";
import { Ledger } from "./ledger.crosspane.js";
import { ConstraintViolation } from "./ledger.service.js";

await program(async () => {
  const [endpoint, name = "", ...args] = process.argv.slice(2);
  const command = commands.get(name);
  if (endpoint === undefined || command === undefined) throw new Error(usage);

  await using connection = await connect(endpoint);
  try {
    await command(connection.client(Ledger), args);
  } catch (error) {
    if (!(error instanceof ConstraintViolation)) throw error;
    throw new Error(`The database refuses that: the rule ${error.rule} (${error.kind}) forbids it.`);
  }
});
