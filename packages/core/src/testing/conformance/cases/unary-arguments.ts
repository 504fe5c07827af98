import { Absent } from "../conformance.crosspane.js";
import type { Tree } from "../conformance.service.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { callerOf } from "./caller.js";
import { cases } from "./case.js";

export const unaryArgumentCases: readonly ConformanceCase[] = cases("unary", {
  "an argument more than there are parameters stays at home": async (kit) => {
    const service = (await kit.client()) as unknown as { add(...values: unknown[]): Promise<number> };
    kit.equal(await service.add(1, 2, () => 3), 3);
  },
  "a wrong value of a rest parameter is named by its place": async (kit) => {
    const service = await kit.client();
    await kit.fails(
      service.join("-", "a", "b", 3 as never),
      "invalidArgument",
      "rest[1]: expected string, got number",
    );
  },
  "null is not an argument left out": async (kit) => {
    const service = await kit.client();
    await kit.fails(service.join("-", null as never), "invalidArgument", "first: expected string, got null");
  },
  "a getter that throws fails its call alone": async (kit) => {
    const service = await kit.client();
    const tree: Tree = {
      get name(): string {
        throw new Error("no name today");
      },
      children: [],
    };
    await kit.fails(service.echoTree(tree), "invalidArgument", "no name today");
    kit.equal(await service.add(1, 1), 2);
  },
  "an argument that changes after the call arrives as it was": async (kit) => {
    const service = await kit.client();
    const [list, bytes] = [[1, 2, 3], new Uint8Array(100_000).fill(1)];
    const calls = [service.echoNumbers(list), service.echoBytes(bytes)] as const;
    list.push(4);
    bytes.fill(2);
    kit.equal(await calls[0], [1, 2, 3]);
    kit.equal(await calls[1], new Uint8Array(100_000).fill(1));
  },
  "an object that is there twice arrives as two": async (kit) => {
    const twice = { n: 1 };
    const [first, second] = (await (await kit.client()).echo([twice, twice])) as unknown[];
    kit.equal([first, second], [twice, twice]);
    kit.isTrue(first !== second, "both places hold one object");
  },
  "what has arrived does not change with what comes later": async (kit) => {
    const service = await kit.client();
    for (const length of [100, 5_000, 300_000]) {
      const kept = await service.echoBytes(new Uint8Array(length).fill(7));
      for (let i = 0; i < 20; i++) await service.echoBytes(new Uint8Array(length).fill(i));
      kit.equal(kept, new Uint8Array(length).fill(7));
    }
  },
  "a part of an array of bytes travels without the rest": async (kit) => {
    const whole = new Uint8Array(100).map((_, i) => i);
    const back = await (await kit.client()).echoBytes(whole.subarray(10, 20));
    kit.equal(back, whole.slice(10, 20));
    kit.isTrue(back.byteLength <= back.buffer.byteLength && back.length === 10, "more than the part came");
  },
  "a wrong argument of a one-way call throws at once": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    await kit.fails(
      Promise.resolve().then(() => service.note(key, 5 as never)),
      "invalidArgument",
      "crosspane.Conformance.note: line: expected string, got number",
    );
    kit.equal(await service.notes(key), []);
  },
  "a service is found by its name, not its place": async (kit) => {
    const absent = Absent.implement({ anything: async () => {} });
    const service = await kit.client({ services: [absent, callerOf()] });
    kit.equal(await service.askBack("second"), "SECOND");
  },
});
