// node dist/main.js [FOLDER]
import { fileURLToPath } from "node:url";
import { program } from "./processes/program.js";
import { runClient, type ServerProcess, startServer } from "./processes/start-process.js";
import { answersTable, type TransportAnswers } from "./report/answers-table.js";
import { expectedAnswers } from "./report/expected-answers.js";
import { findDisagreements } from "./report/find-disagreements.js";
import { surveyFolder } from "./report/survey-folder.js";

/** Thousands of files that are there anyway: what this repository has installed. */
const defaultFolder = fileURLToPath(new URL("../../../node_modules", import.meta.url));

await program(async () => {
  const [folder = defaultFolder, ...rest] = process.argv.slice(2);
  if (rest.length > 0) throw new Error("usage: node dist/main.js [FOLDER]");
  const startedAt = performance.now();

  await using server = startServer(folder, [`pipe:file-index-${process.pid}`, "tcp://127.0.0.1:0"]);
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
  // At the same time: a client must not notice the other.
  return await Promise.all(
    endpoints.map(async (endpoint) => {
      console.log(`Client: ${endpoint}`);
      return { transport: endpoint.replace(/:.*/, ""), outcomes: await runClient(endpoint) };
    }),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
