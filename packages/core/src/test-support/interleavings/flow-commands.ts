import * as fc from "fast-check";
import type { Interleaving } from "./interleaving.js";
import type { SideName } from "./ledger.js";
import { Step } from "./step.js";

const side = fc.constantFrom<SideName>("a", "b");
const place = fc.nat({ max: 20 });

/** Makes a step for one of several things, if there is any. */
function forOne<T>(
  name: string,
  among: (run: Interleaving) => readonly T[],
  take: (run: Interleaving, one: T) => void,
): fc.Arbitrary<Step> {
  return place.map(
    (which) =>
      new Step(`${name}(${which})`, (run) => {
        const all = among(run);
        const one = all[which % all.length];
        if (one !== undefined) take(run, one);
      }),
  );
}

const begun = ["open", "give", "ask", "lend", "chain", "lendNow"] as const;

const begins = fc
  .record({ by: side, what: fc.constantFrom(...begun) })
  .map(({ by, what }) => new Step(`${what}(${by})`, (run) => run.flows[what](by)));

const streamSteps = [
  ...[1, 3].map((items) =>
    forOne(
      `read ${items}`,
      (run) => run.flows.streams,
      (run, stream) => run.flows.read(stream, items),
    ),
  ),
  ...[1, 40, 5_000].map((items) =>
    forOne(
      `allow ${items}`,
      (run) => run.flows.sources,
      (_, source) => source.allow(items),
    ),
  ),
  ...(["done", "failed"] as const).map((how) =>
    forOne(
      `source ${how}`,
      (run) => run.flows.sources,
      (_, source) => source.finish(how),
    ),
  ),
  ...(["return", "throw"] as const).map((how) =>
    forOne(
      how,
      (run) => run.flows.streams.filter(({ left }) => !left),
      (run, stream) => run.flows.leave(stream, how),
    ),
  ),
];

const cancels = forOne(
  "cancel given",
  (run) => run.flows.given,
  (_, { controller }) => controller.abort(),
);

const chainCancels = forOne(
  "cancel chain",
  (run) => run.flows.chains,
  (_, controller) => controller.abort(),
);

const toolSteps = (["use", "passBack", "release"] as const).map((what) =>
  forOne(
    what,
    (run) => run.flows.tools,
    (run, tool) => run.flows[what](tool),
  ),
);

/** Steps of streams and references. */
export const flowSteps: readonly fc.Arbitrary<Step>[] = [
  begins,
  cancels,
  chainCancels,
  fc.oneof(...streamSteps),
  fc.oneof(...streamSteps),
  fc.oneof(...toolSteps),
];
