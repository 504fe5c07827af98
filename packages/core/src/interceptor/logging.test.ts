import { expect, test } from "vitest";
import { RpcError } from "../errors/rpc-error.js";
import { openJobs } from "../test-support/jobs.js";
import type { InterceptedCall } from "./interceptor.js";
import { logging } from "./logging.js";
import { timing } from "./timing.js";
import type { CallOutcome } from "./watch-outcome.js";

test("each side writes a line for each call, without its arguments and result", async () => {
  const lines: string[] = [];
  const interceptors = [logging((line) => void lines.push(line))];
  const run = async (how: string) => {
    if (how === "secret") throw new RpcError("notFound", "no\nsuch job");
    return how;
  };
  const { client } = await openJobs({ jobs: { run }, client: { interceptors }, server: { interceptors } });
  await client.run("shown to nobody");
  await expect(client.run("secret")).rejects.toThrow();
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^server Jobs\.run ok \d+\.\d ms, peer memory memory:jobs \d+$/);
  expect(lines[1]).toMatch(/^client Jobs\.run ok \d+\.\d ms, peer memory/);
  expect(lines[2]).toMatch(/^server Jobs\.run notFound \d+\.\d ms, peer memory .*: "no\\nsuch job"$/);
  expect(lines[3]).toMatch(/^client Jobs\.run notFound/);
});

test("an error that is not an RpcError is written with its name", async () => {
  const lines: string[] = [];
  const run = async () => {
    throw new TypeError("no");
  };
  const { client } = await openJobs({
    jobs: { run },
    server: { interceptors: [logging((line) => void lines.push(line))] },
  });
  await expect(client.run("a")).rejects.toThrow();
  expect(lines[0]).toMatch(/^server Jobs\.run unknown .*: "TypeError: no"$/);
});

const call = { side: "client", kind: "stream", label: "Jobs.watch" } as InterceptedCall;

test("a stream is measured to its end", async () => {
  const outcomes: CallOutcome[] = [];
  const measure = timing((_, outcome) => void outcomes.push(outcome));
  const result = await measure(call, async () =>
    (async function* () {
      yield 1;
      throw new RpcError("dataLoss", "no");
    })(),
  );
  const items = (result as AsyncIterable<number>)[Symbol.asyncIterator]();
  await items.next();
  expect(outcomes).toEqual([]);
  await expect(items.next()).rejects.toMatchObject({ code: "dataLoss" });
  expect(outcomes).toMatchObject([{ code: "dataLoss", error: { message: "no" } }]);
});

test("a one-way call is measured, and a failed one is logged with its error", async () => {
  const measured: [string, string][] = [];
  const interceptors = [timing(({ label }, { code }) => void measured.push([label, code]))];
  const note = () => {
    throw new RpcError("aborted", "no");
  };
  const { client } = await openJobs({ jobs: { note }, client: { interceptors }, server: { interceptors } });
  client.note("a");
  await expect
    .poll(() => measured)
    .toEqual([
      ["Jobs.note", "ok"],
      ["Jobs.note", "aborted"],
    ]);
});
