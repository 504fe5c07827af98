import { parseArgs } from "node:util";
import { type ScenarioName, scenarios } from "./scenarios/scenarios.js";
import { type Effort, efforts } from "./settings.js";

export interface Options {
  readonly transports: readonly string[];
  readonly scenarios: readonly ScenarioName[];
  readonly samples: number;
  readonly effort: Effort;
  /** The folder for the raw figures; undefined for none. */
  readonly results: string | undefined;
}

const knownTransports = ["shm", "pipe", "copydata", "tcp"];
const scenarioNames = Object.keys(scenarios) as ScenarioName[];

export const usage = `usage: npm run bench -- [--windows [--node 22|24|26]] [--quick | --smoke] [--samples N]
  [--transports ${knownTransports.join(",")}] [--scenarios ${scenarioNames.join(",")}]
  [--no-results]`;

/**
 * Reads the arguments of the harness.
 * @throws {Error} that says what is wrong with them.
 */
export function parseOptions(args: readonly string[], resultsFolder: string): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      smoke: { type: "boolean", default: false },
      samples: { type: "string" },
      transports: { type: "string", default: knownTransports.join(",") },
      scenarios: { type: "string", default: scenarioNames.join(",") },
      "no-results": { type: "boolean", default: false },
    },
  });
  const effort = values.smoke ? "smoke" : values.quick ? "quick" : "full";
  const samples = Number(values.samples ?? efforts[effort].samples);
  if (!Number.isInteger(samples) || samples < 1) throw new Error("--samples takes a number from 1 on");
  return {
    transports: oneOf(knownTransports, values.transports, "transport"),
    scenarios: oneOf(scenarioNames, values.scenarios, "scenario"),
    samples,
    effort,
    results: values["no-results"] ? undefined : resultsFolder,
  };
}

function oneOf<Name extends string>(known: readonly Name[], given: string, what: string): readonly Name[] {
  return given.split(",").map((name) => {
    const found = known.find((each) => each === name);
    if (found === undefined) throw new Error(`there is no ${what} ${name}; there are ${known.join(", ")}`);
    return found;
  });
}
