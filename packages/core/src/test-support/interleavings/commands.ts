import * as fc from "fast-check";
import { flowSteps } from "./flow-commands.js";
import type { Interleaving } from "./interleaving.js";
import type { Answer, Ledger, SideName } from "./ledger.js";
import { Step } from "./step.js";

type Command = fc.AsyncCommand<Ledger, Interleaving>;

const side = fc.constantFrom<SideName>("a", "b");
const place = fc.nat({ max: 20 });
const timeoutMs = fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 50, 1_000);

const calls = fc
  .record({ by: side, timeoutMs })
  .map((how) => new Step(`call(${how.by}, ${how.timeoutMs})`, (run) => run.call(how.by, how.timeoutMs)));

const notes = side.map((by) => new Step(`note(${by})`, (run) => run.note(by)));

const answers = fc
  .record({ at: side, place, how: fc.constantFrom<Answer>("result", "result", "aborted", "internal") })
  .map(
    ({ at, place: which, how }) =>
      new Step(`answer(${at}, ${which}, ${how})`, (run) => {
        const running = [...run.sides[at].running.keys()];
        const n = running[which % running.length];
        if (n !== undefined) run.answer(at, n, how);
      }),
  );

const cancels = place.map(
  (which) =>
    new Step(
      `cancel(${which})`,
      (run) => {
        const waiting = run.ledger.waiting();
        const call = waiting[which % waiting.length];
        if (call !== undefined) run.cancel(call);
      },
      { possible: (ledger) => ledger.waiting().length > 0 },
    ),
);

const deliveries = fc
  .record({ to: side, messages: fc.integer({ min: 1, max: 4 }) })
  .map(({ to, messages }) => new Step(`deliver(${to}, ${messages})`, (run) => run.deliver(to, messages)));

const times = fc.constantFrom(1, 49, 2_000).map((ms) => new Step(`pass(${ms})`, (run) => run.pass(ms)));

const ends = fc
  .record({ by: side, how: fc.constantFrom("close 0", "close 10", "close 5000", "abort", "cut") })
  .map(
    ({ by, how }) =>
      new Step(`${how}(${by})`, (run) => {
        if (how === "abort") run.abort(by);
        else if (how === "cut") run.cut(by);
        else run.close(by, Number(how.slice("close ".length)));
      }),
  );

/** Rare, so that a run has a middle: little can happen after an end. */
const endsAtTimes = fc.oneof({ weight: 1, arbitrary: ends }, { weight: 9, arbitrary: deliveries });

/** Steps of a run. */
export const steps: fc.Arbitrary<Iterable<Command>> = fc.commands(
  [
    calls,
    calls,
    notes,
    answers,
    answers,
    answers,
    cancels,
    deliveries,
    deliveries,
    times,
    ...flowSteps,
    endsAtTimes,
  ].map((arbitrary) =>
    fc.tuple(arbitrary, fc.nat({ max: 3 })).map(([step, pace]) => (pace === 3 ? step.hasty() : step)),
  ),
  { maxCommands: 60, size: "+1" },
);
