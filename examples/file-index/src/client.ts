// node dist/client.js ENDPOINT [--json]
import { connect } from "@crosspane/transports";
import { program, stopRequest } from "@crosspane-examples/processes";
import { FileIndex } from "./file-index.crosspane.js";
import { askEverything } from "./questions/ask-everything.js";
import { measureSpeed } from "./questions/measure-speed.js";
import { answersTable } from "./report/answers-table.js";

await program(async () => {
  const [endpoint, format] = process.argv.slice(2);
  if (endpoint === undefined || (format !== undefined && format !== "--json")) {
    throw new Error("usage: node dist/client.js ENDPOINT [--json]");
  }

  await using connection = await connect(endpoint);
  const index = connection.client(FileIndex);
  const outcomes = await askEverything(index);

  if (format === "--json") {
    // It prints a line with the answers. When standard input ends, this client has the machine to
    // itself, and prints another line with the speed.
    console.log(JSON.stringify(outcomes));
    await stopRequest();
    console.log(JSON.stringify(await measureSpeed(index)));
  } else {
    const speed = await measureSpeed(index);
    console.log(answersTable([{ transport: connection.transport.name, outcomes, speed }]));
  }
});
