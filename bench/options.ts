import { parseArgs } from "node:util";
import { type PeerName, peers } from "./peers/peers.js";
import { type ScenarioName, scenarios } from "./scenarios/scenarios.js";
import { type Effort, efforts } from "./settings.js";

export interface Options {
  readonly transports: readonly string[];
  readonly peers: readonly PeerName[];
  readonly scenarios: readonly ScenarioName[];
  readonly samples: number;
  readonly effort: Effort;
  /** The folder for the raw figures. */
  readonly results: string;
}

const knownTransports = ["shm", "pipe", "copydata", "tcp"];
const peerNames = Object.keys(peers) as PeerName[];
const scenarioNames = Object.keys(scenarios) as ScenarioName[];
/** So that a quick run takes less than a minute. */
const leftOutOfQuick: readonly ScenarioName[] = ["connections"];

export const usage = `usage: npm run bench -- [--windows [--node 22|24|26]] [--quick | --smoke] [--samples N]
  [--transports ${knownTransports.join(",")}] [--scenarios ${scenarioNames.join(",")}]
  [--peers ${peerNames.join(",")}] [--results FOLDER]`;

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
      peers: { type: "string", default: peerNames.join(",") },
      scenarios: { type: "string" },
      results: { type: "string", default: resultsFolder },
    },
  });
  const effort = values.smoke ? "smoke" : values.quick ? "quick" : "full";
  const samples = Number(values.samples ?? efforts[effort].samples);
  if (!Number.isInteger(samples) || samples < 1) throw new Error("--samples takes a number from 1 on");
  return {
    transports: oneOf(knownTransports, values.transports, "transport"),
    peers: oneOf(peerNames, values.peers, "peer"),
    scenarios:
      values.scenarios === undefined
        ? scenarioNames.filter((name) => effort !== "quick" || !leftOutOfQuick.includes(name))
        : oneOf(scenarioNames, values.scenarios, "scenario"),
    samples,
    effort,
    results: values.results,
  };
}

function oneOf<Name extends string>(known: readonly Name[], given: string, what: string): readonly Name[] {
  return given.split(",").map((name) => {
    const found = known.find((each) => each === name);
    if (found === undefined) throw new Error(`there is no ${what} ${name}; there are ${known.join(", ")}`);
    return found;
  });
}
