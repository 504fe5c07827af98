// node dist/main.js [OPTIONS]; `npm run bench -- [OPTIONS]` builds first.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseOptions, usage } from "./options.js";
import { againstVariable } from "./peers/peers.js";
import { runAll } from "./processes/run-all.js";
import { describeMachine } from "./report/machine.js";
import { type Report, reportText } from "./report/report.js";

const resultsFolder = fileURLToPath(new URL("../results", import.meta.url));

try {
  process.exitCode = await bench(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n${usage}`);
  process.exitCode = 2;
}

/** The exit code is 1 if something could not be measured; a missed target is a result. */
async function bench(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, resultsFolder);
  if (options.against !== undefined) process.env[againstVariable] = options.against;
  const startedAt = new Date();
  const machine = describeMachine();
  const measured = await runAll(options, (text) => console.error(text));
  const minutes = (Date.now() - startedAt.getTime()) / 60_000;
  const commit = process.env["CROSSPANE_BENCH_COMMIT"];
  const report: Report = { date: startedAt.toISOString(), minutes, options, machine, commit, ...measured };
  console.log(reportText(report));
  await writeResults(options.results, report);
  return measured.failures.length === 0 ? 0 : 1;
}

async function writeResults(folder: string, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${report.date.replaceAll(":", "-")}.json`);
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
  console.error(`The raw figures are in ${file}`);
}
