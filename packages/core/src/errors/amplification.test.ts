import { expect, test } from "vitest";
import type { ErrorReport } from "../call/error-reports.js";
import { connect } from "../connect/connect.js";
import { serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { cpuMs } from "../test-support/cpu-ms.js";
import { memory } from "../testing/index.js";
import { RpcError } from "./rpc-error.js";

interface Picky {
  take(value: unknown): Promise<unknown>;
}

class PickyClient extends rpc.ClientStub implements Picky {
  take(value: unknown): Promise<unknown> {
    return rpc.unary(this, 0, [value]);
  }
}

/**
 * The same method with the same fingerprint, but another type of its argument, as a hostile caller
 * would declare it.
 */
const picky = (argument: rpc.Shape) =>
  rpc.defineService<Picky>({
    name: "Picky",
    fingerprint: "1",
    methods: [rpc.unaryMethod("take", "1", [rpc.param("value", argument)], rpc.unknown)],
    client: PickyClient,
    dispatch: (service, _, args) => service.take(args[0]),
  });

const tiny = rpc.object("Tiny", { color: rpc.oneOf("Color", ["red", "green"]), when: rpc.date });
const large = 12 * 1024 * 1024;
const maxChars = 4096;
/**
 * Processor time. An amplification of 12 MiB takes minutes; most of what is left is the codec's
 * work on 12 MiB.
 */
const noisyMs = 20_000;

let servers = 0;

async function open(take: Picky["take"]) {
  const transport = memory(`amplification ${++servers}`);
  const reports: ErrorReport[] = [];
  const server = await serve(transport, [picky(tiny).implement({ take })], {
    onError: (report) => void reports.push(report),
  });
  const connection = await connect(transport);
  const hostile = connection.client(picky(rpc.unknown));
  return { hostile, reports, close: () => Promise.all([connection.close(), server.close()]) };
}

test.each<[string, () => unknown]>([
  ["a text of 12 MiB", () => ({ color: "x".repeat(large), when: new Date(0) })],
  ["a text of 12 MiB in the place of everything", () => "x".repeat(large)],
  ["a property whose name has 12 MiB", () => ({ ["x".repeat(large)]: 1 })],
  ["12 MiB of bytes", () => ({ color: new Uint8Array(large), when: new Date(0) })],
  ["half a million items", () => ({ color: new Array(500_000).fill("red"), when: new Date(0) })],
  [
    "thirty thousand properties",
    () => Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`k${i}`, i])),
  ],
])("%s where another type is declared costs neither a long error nor a long time", async (_, value) => {
  const { hostile, reports, close } = await open(async () => "taken");
  const before = cpuMs();
  const error = await hostile.take(value()).then(
    () => new Error("it was taken"),
    (thrown: unknown) => thrown as RpcError,
  );
  expect(error).toBeInstanceOf(RpcError);
  expect(error).toMatchObject({ code: "invalidArgument" });
  expect(error.message.length).toBeLessThan(maxChars);
  expect(cpuMs() - before).toBeLessThan(noisyMs);
  for (const report of reports) expect(String((report.error as Error).message).length).toBeLessThan(maxChars);
  await close();
});

test("an error that quotes what the caller sent is cut", async () => {
  const { hostile, close } = await open(async () => {
    throw new RpcError("notFound", `no item ${"x".repeat(large)}`);
  });
  const before = cpuMs();
  const error = (await hostile
    .take({ color: "red", when: new Date(0) })
    .catch((thrown: unknown) => thrown)) as RpcError;
  expect(error.code).toBe("notFound");
  expect(error.message.length).toBeLessThan(maxChars);
  expect(error.remoteStack).toBeUndefined();
  expect(cpuMs() - before).toBeLessThan(noisyMs);
  await close();
});
