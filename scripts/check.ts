/**
 * `npm run check -- [NAME...]` runs all checks of the repository, or those named. It builds first,
 * because some need the build.
 */
import pc from "picocolors";
import { type Finding, formatFinding } from "./checks/check.ts";
import { repository } from "./repository.ts";
import { main } from "./terminal/main.ts";
import { CommandFailedError, runQuietly } from "./terminal/run-quietly.ts";
import { step } from "./terminal/step.ts";
import { tools } from "./tools.ts";

await main(async (names) => {
  await step("Building", (onLine) =>
    runQuietly([process.execPath, tools.tsc, "--build"], { cwd: repository, onLine }),
  );
  // Imported after the build, because some of them use it.
  const { allChecks } = await import("./checks/all-checks.ts");
  const unknown = names.filter((name) => !allChecks.some((check) => check.name === name));
  if (unknown.length > 0) {
    throw new CommandFailedError(
      `There is no check ${unknown.join(", ")}; there are ${allChecks.map(({ name }) => name).join(", ")}.`,
    );
  }
  const chosen = names.length === 0 ? allChecks : allChecks.filter(({ name }) => names.includes(name));

  const problems: string[] = [];
  for (const { name, title, run } of chosen) {
    const startedAt = performance.now();
    const findings = await run(repository).catch(brokenCheck);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const mark = findings.length === 0 ? pc.green("✓") : pc.red("✗");
    const count = findings.length === 0 ? "" : pc.red(` ${findings.length}`);
    console.log(`${mark} ${name}: ${title}${count} ${pc.dim(`(${seconds} s)`)}`);
    if (findings.length > 0) problems.push(`\n${pc.bold(pc.red(name))}`, ...findings.map(formatFinding));
  }
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
});

/** Reports a check that throws as failed, so that the others still run. */
function brokenCheck(error: unknown): readonly Finding[] {
  return [{ file: "scripts/checks", message: `could not be done: ${(error as Error).stack ?? error}` }];
}
