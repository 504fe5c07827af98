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
  /** Folder of another checkout that has been built, to compare this one with. */
  readonly against?: string | undefined;
  /** The folder for the raw figures. */
  readonly results: string;
}

const knownTransports = ["shm", "pipe", "copydata", "tcp", "memory"];
const peerNames = (Object.keys(peers) as PeerName[]).filter((name) => name !== "against");
const scenarioNames = Object.keys(scenarios) as ScenarioName[];
/** Fewer, so that a quick run takes less than a minute. */
const leftOutOfQuick: readonly ScenarioName[] = ["connections"];
/** One process cannot show the cost of a call between two. */
const byDefault = knownTransports.filter((name) => name !== "memory");

/**
 * Scenarios that are compared with another checkout. The number of samples is even, so that each
 * order runs as often.
 */
const comparison = {
  transports: ["memory", "shm", "pipe"],
  scenarios: ["latency", "throughput", "stream"],
  samples: 8,
} as const;

export const usage = `usage: npm run bench -- [--windows [--node 22|24|26]] [--quick | --smoke] [--samples N]
  [--against CHECKOUT]
  [--transports ${knownTransports.join(",")}] [--scenarios ${scenarioNames.join(",")}]
  [--peers ${peerNames.join(",")}] [--results FOLDER]`;

/**
 * Reads the arguments of the harness.
 * @throws {Error} that says what is wrong with them
 */
export function parseOptions(args: readonly string[], resultsFolder: string): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      smoke: { type: "boolean", default: false },
      samples: { type: "string" },
      transports: { type: "string" },
      peers: { type: "string" },
      scenarios: { type: "string" },
      against: { type: "string" },
      results: { type: "string", default: resultsFolder },
    },
  });
  const effort = values.smoke ? "smoke" : values.quick ? "quick" : "full";
  const defaults =
    values.against !== undefined
      ? comparison
      : {
          transports: byDefault,
          scenarios: scenarioNames.filter((name) => effort !== "quick" || !leftOutOfQuick.includes(name)),
          samples: efforts[effort].samples,
        };
  const chosenPeers = oneOf(peerNames, values.peers, "peer");
  const samples = Number(values.samples ?? defaults.samples);
  if (!Number.isInteger(samples) || samples < 1) throw new Error("--samples takes a number from 1 on");
  return {
    transports: oneOf(knownTransports, values.transports, "transport") ?? defaults.transports,
    peers:
      values.against === undefined
        ? (chosenPeers ?? peerNames)
        : [...(chosenPeers ?? (["crosspane"] as const)), "against"],
    scenarios: oneOf(scenarioNames, values.scenarios, "scenario") ?? defaults.scenarios,
    samples,
    effort,
    against: values.against,
    results: values.results,
  };
}

function oneOf<Name extends string>(
  known: readonly Name[],
  given: string | undefined,
  what: string,
): readonly Name[] | undefined {
  return given?.split(",").map((name) => {
    const found = known.find((each) => each === name);
    if (found === undefined) throw new Error(`there is no ${what} ${name}; there are ${known.join(", ")}`);
    return found;
  });
}
