// node dist/main.js [FOLDER]
import { fileURLToPath } from "node:url";
import { program } from "@crosspane-examples/processes";
import { type ServerProcess, startClient, startServer } from "./processes/start-process.js";
import { answersTable, type TransportAnswers } from "./report/answers-table.js";
import { expectedAnswers } from "./report/expected-answers.js";
import { findDisagreements } from "./report/find-disagreements.js";
import { surveyFolder } from "./report/survey-folder.js";
import { freshEndpoints } from "./transports.js";

/** Thousands of files that exist anyway: the installed dependencies of this repository. */
const defaultFolder = fileURLToPath(new URL("../../../node_modules", import.meta.url));

await program(async () => {
  const [folder = defaultFolder, ...rest] = process.argv.slice(2);
  if (rest.length > 0) throw new Error("usage: node dist/main.js [FOLDER]");
  const startedAt = performance.now();

  await using server = startServer(folder, freshEndpoints());
  // Meanwhile this process counts for itself.
  const [answers, survey] = await Promise.all([askByEachTransport(server), surveyFolder(folder)]);
  await server.stop();

  const expected = await expectedAnswers(survey);
  console.log(answersTable(answers, expected));
  const disagreements = findDisagreements(answers, expected);
  if (disagreements.length > 0) throw new Error(disagreements.join("\n"));
  console.log(`All answers are right. This took ${seconds(performance.now() - startedAt)}.`);
});

async function askByEachTransport(server: ServerProcess): Promise<readonly TransportAnswers[]> {
  const { folder, indexMs, endpoints } = await server.ready();
  console.log(`Server: ${folder}, indexed in ${seconds(indexMs)}`);
  const clients = endpoints.map((endpoint) => {
    console.log(`Client: ${endpoint}`);
    return startClient(endpoint);
  });
  try {
    // Questions run at the same time, because a client must not notice the others. Speed is
    // measured one after the other, because it would.
    const outcomes = await Promise.all(clients.map((client) => client.outcomes()));
    const answers: TransportAnswers[] = [];
    for (const [place, client] of clients.entries()) {
      const transport = (endpoints[place] ?? "").replace(/:.*/, "");
      answers.push({ transport, outcomes: outcomes[place] ?? [], speed: await client.speed() });
    }
    return answers;
  } finally {
    for (const client of clients) client.kill();
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
