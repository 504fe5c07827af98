// node dist/client.js ENDPOINT [--json]
import { connect } from "@crosspane/transports";
import { FileIndex } from "./file-index.crosspane.js";
import { program } from "./processes/program.js";
import { askEverything } from "./questions/ask-everything.js";
import { answersTable } from "./report/answers-table.js";

await program(async () => {
  const [endpoint, format] = process.argv.slice(2);
  if (endpoint === undefined || (format !== undefined && format !== "--json")) {
    throw new Error("usage: node dist/client.js ENDPOINT [--json]");
  }

  await using connection = await connect(endpoint);
  const outcomes = await askEverything(connection.client(FileIndex));

  if (format === "--json") console.log(JSON.stringify(outcomes));
  else console.log(answersTable([{ transport: connection.transport.name, outcomes }]));
});
