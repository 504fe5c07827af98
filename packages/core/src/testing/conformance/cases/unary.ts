import { Absent, Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { cases } from "./case.js";

export const unaryCases: readonly ConformanceCase[] = cases("unary", {
  "a call is answered": async (kit) => {
    kit.equal(await (await kit.client()).add(2, 3), 5);
  },
  "a call without result is answered with undefined": async (kit) => {
    kit.equal(await (await kit.client()).nothing(), undefined);
  },
  "a request of 271,828 bytes and an answer of 314,159 bytes pass": async (kit) => {
    const service = await kit.client();
    const bytes = new Uint8Array(271_828).map((_, i) => i);
    kit.equal(await service.echoBytes(bytes), bytes);
    kit.equal((await service.produce(314_159)).length, 314_159);
  },
  "10 MiB pass in both directions": async (kit) => {
    const bytes = new Uint8Array(10 * 1024 * 1024).map((_, i) => i * 31);
    kit.equal(await (await kit.client()).echoBytes(bytes), bytes);
  },
  "1,000 calls at once are each given their own answer": async (kit) => {
    const service = await kit.client();
    const sums = await Promise.all(Array.from({ length: 1000 }, (_, i) => service.add(i, i)));
    kit.equal(
      sums,
      Array.from({ length: 1000 }, (_, i) => i * 2),
    );
  },
  "answers come back out of order": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    const order: string[] = [];
    const slow = service.hold(key).then(() => order.push("slow"));
    await service.delay(0).then(() => order.push("fast"));
    await service.release(key);
    await kit.soon(slow, "the slow answer");
    kit.equal(order, ["fast", "slow"]);
  },
  "calls start in the order in which they were made": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    for (let i = 0; i < 100; i++) service.note(key, `line ${i}`);
    kit.equal(
      await service.notes(key),
      Array.from({ length: 100 }, (_, i) => `line ${i}`),
    );
  },
  "optional and rest parameters may be left out": async (kit) => {
    const service = await kit.client();
    kit.equal(await service.join("-"), "(none)");
    kit.equal(await service.join("-", "a"), "a");
    kit.equal(await service.join("-", "a", "b", "c"), "a-b-c");
    kit.equal(await service.join("-", undefined, "b"), "(none)-b");
  },
  "an argument of the wrong type is refused by name": async (kit) => {
    const service = await kit.client();
    await kit.fails(
      service.add(1, "2" as never),
      "invalidArgument",
      "crosspane.Conformance.add: b: expected number, got string",
    );
    const { add } = service;
    await kit.fails(add(1, 2), "invalidArgument", "client.method");
  },
  "a missing argument is refused by name": async (kit) => {
    const service = (await kit.client()) as unknown as { add(a: number): Promise<number> };
    await kit.fails(service.add(1), "invalidArgument", "b: expected number, got nothing");
  },
  "a one-way call is carried out": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    service.note(key, "once");
    await kit.until(async () => (await service.notes(key)).length === 1, "the note");
  },
  "a one-way call that fails harms nobody": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    service.noteAndFail(key);
    kit.equal(await service.notes(key), ["about to fail"]);
  },
  "a service that is not offered fails by name": async (kit) => {
    const connection = await kit.connect();
    kit.equal(connection.offers(Absent), false);
    kit.equal(connection.offers(Conformance), true);
    await kit.fails(
      connection.client(Absent).anything(),
      "unimplemented",
      "crosspane.Absent",
      "crosspane.Conformance",
    );
    kit.equal(await connection.client(Conformance).add(1, 1), 2);
  },
  "two clients of one connection and two connections live side by side": async (kit) => {
    const [first, second] = [await kit.connect(), await kit.connect()];
    const services = [first, first, second].map((connection) => connection.client(Conformance));
    kit.equal(await Promise.all(services.map((service, i) => service.add(i, 1))), [1, 2, 3]);
  },
});
