/**
 * `main.mjs [--transports pipe,tcp] [--short]`: soaks transports, prints its findings, and fails if
 * anything grew or was lost.
 */
import { parseArgs } from "node:util";
import { addresses } from "../targets.js";
import { soak } from "./soak.js";
import { fullSoak, shortSoak } from "./soak-size.js";

const { values } = parseArgs({ options: { transports: { type: "string" }, short: { type: "boolean" } } });
const names = values.transports?.split(",");
const known = addresses.filter(({ betweenProcesses }) => betweenProcesses);
const unknown = names?.filter((name) => known.every((address) => address.name !== name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(
    `There is no transport ${unknown.join(", ")} here; there are ${known.map(({ name }) => name).join(", ")}.\n`,
  );
  process.exit(2);
}

let found = 0;
for (const address of known) {
  if (names?.includes(address.name) === false) continue;
  for await (const { part, seconds, note, problems } of soak(
    address,
    values.short === true ? shortSoak : fullSoak,
  )) {
    found += problems.length;
    const mark = problems.length === 0 ? "✓" : "✗";
    process.stdout.write(`${mark} ${address.name}, ${part} (${seconds.toFixed(1)} s): ${note}\n`);
    for (const problem of problems) process.stdout.write(`    ${problem}\n`);
  }
}
process.exit(found === 0 ? 0 : 1);
