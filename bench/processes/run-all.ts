import { serve } from "@crosspane/transports";
import type { Options } from "../options.js";
import { type PeerName, peersOver } from "../peers/peers.js";
import type { Sample } from "../report/sample.js";
import type { Scenario } from "../scenarios/scenario.js";
import { scenarios } from "../scenarios/scenarios.js";
import { runTask } from "./run-task.js";

export interface Measured {
  readonly samples: readonly Sample[];
  /** Transports that could not be measured, and why. */
  readonly leftOut: readonly string[];
  /** Failures, a sentence each. */
  readonly failures: readonly string[];
}

/**
 * Measures everything that is requested, each sample of each scenario in fresh processes, one pair
 * at a time.
 */
export async function runAll(options: Options, progress: (text: string) => void): Promise<Measured> {
  const samples: Sample[] = [];
  const failures: string[] = [];
  const { subjects, leftOut } = await subjectsOf(options);
  for (let sample = 1; sample <= options.samples; sample += 1) {
    for (const scenario of options.scenarios) {
      progress(`sample ${sample} of ${options.samples}: ${scenario}`);
      // Drift during a sample, such as the machine's temperature, must not always affect the same
      // peer.
      const order = sample % 2 === 1 ? subjects : subjects.toReversed();
      const { leavesOut = [] }: Scenario = scenarios[scenario];
      for (const { peer, transport } of order) {
        if (leavesOut.includes(peer)) continue;
        const task = { peer, scenario, endpoint: freshEndpoint(transport), effort: options.effort };
        try {
          samples.push({ peer, transport, scenario, sample, measures: await runTask(task) });
        } catch (error) {
          failures.push(
            `${scenario}, ${peer} over ${transport}, sample ${sample}: ${(error as Error).message}`,
          );
        }
      }
    }
  }
  return { samples, leftOut, failures };
}

interface Subject {
  readonly peer: PeerName;
  readonly transport: string;
}

async function subjectsOf({
  transports,
  peers,
}: Options): Promise<{ subjects: readonly Subject[]; leftOut: readonly string[] }> {
  const subjects: Subject[] = [];
  const leftOut: string[] = [];
  for (const transport of transports) {
    try {
      // Only a server shows that the system has what a transport needs.
      await (await serve(freshEndpoint(transport), [])).close();
      const asked = peersOver(transport).filter((peer) => peers.includes(peer));
      subjects.push(...asked.map((peer) => ({ peer, transport })));
    } catch (error) {
      leftOut.push(`${transport}: ${(error as Error).message}`);
    }
  }
  return { subjects, leftOut };
}

let lastEndpoint = 0;

function freshEndpoint(transport: string): string {
  lastEndpoint += 1;
  return transport === "tcp" ? "tcp://127.0.0.1:0" : `${transport}:bench-${process.pid}-${lastEndpoint}`;
}
