import { callContext } from "../../../call/call-context.js";
import { RpcError } from "../../../errors/rpc-error.js";
import { withOptions } from "../../../outbound/client-stub.js";
import { release } from "../../../references/shapes/handle.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { cases } from "./case.js";

/** A function that ends only when its call does. */
function untilTheEnd(): Promise<never> {
  const { signal } = callContext();
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

const answer = async (value: number) => `<${value}>`;

export const functionCases: readonly ConformanceCase[] = cases("references", {
  "a function is called back, in order, and answers": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const values = [...Array(200).keys()];
    const seen: number[] = [];
    const answers = await service.each(values, async (value) => {
      seen.push(value);
      return `<${value}>`;
    });
    kit.equal([seen, answers], [values, values.map((value) => `<${value}>`)]);
  },
  "calls of a function that returns nothing come in order, also at once": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const values = [...Array(500).keys()];
    const seen: number[] = [];
    await service.tell(values, (value) => void seen.push(value));
    kit.equal(seen, values);
  },
  "what a function fails with arrives where it was called": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const refuse = async () => {
      throw new RpcError("outOfRange", "too far");
    };
    kit.equal(await service.failureOf(refuse), ["outOfRange", "too far"]);
    const [code, message] = await service.failureOf(async () => {
      throw new Error("secret of a function");
    });
    kit.equal([code, message.includes("secret")], ["internal", false]);
    await kit.fails(service.each([1], refuse as never), "outOfRange", "too far");
  },
  "a function that answers with something else is not believed": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const wrong = (async () => 1) as unknown as (value: number) => Promise<string>;
    await kit.fails(service.each([1], wrong), "internal");
  },
  "a call that is cancelled ends the calls of its functions": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const controller = new AbortController();
    const called = Promise.withResolvers<void>();
    const never = (): Promise<string> => {
      called.resolve();
      return untilTheEnd();
    };
    const calling = withOptions(service, { signal: controller.signal }).each([1], never);
    await kit.soon(called.promise, "the call of the function");
    controller.abort();
    await kit.fails(calling, "cancelled");
  },
  "a deadline holds for the calls of its functions": async (kit) => {
    const service = withOptions((await kit.connect()).client(ConformanceReferences), { timeoutMs: 80 });
    await kit.fails(service.each([1], untilTheEnd), "deadlineExceeded");
  },
  "a function in a result is called until it is released": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const add = await service.adder(5);
    kit.equal([await add(1), await add(-5)], [6, 0]);
    release(add);
    await kit.fails(add(1), "failedPrecondition");
  },
  "a function comes back to where it is, and passed on as another type is one of the caller's": async (
    kit,
  ) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const [one, ten] = [await service.adder(1), await service.adder(10)];
    const both = await service.compose(one, ten);
    kit.equal(await both(5), 16);
    // It is called with what its own type declares, and its answer is not of the other type.
    await kit.fails(service.each([1], one as never), "internal");
    for (const held of [one, ten, both]) release(held);
  },
  "a function that is made of the caller's functions lives as long as it is held": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const both = await service.compose(
      async (value) => value + 1,
      async (value) => value * 10,
    );
    kit.equal([await both(1), await both(2)], [20, 30]);
    release(both);
  },
  "a function is gone with its call, unless it was retained": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const [short, long] = [kit.key(), kit.key()];
    await service.keep(short, answer, false);
    await kit.fails(service.callKept(short, 1), "failedPrecondition");
    await service.keep(long, answer, true);
    kit.equal([await service.callKept(long, 1), await service.callKept(long, 2)], ["<1>", "<2>"]);
    await service.releaseKept(long);
    await service.releaseKept(short);
  },
  "a retained function is gone with its connection": async (kit) => {
    const connection = await kit.connect();
    const other = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    await connection.client(ConformanceReferences).keep(key, answer, true);
    connection.abort();
    let code: string | undefined;
    await kit.until(async () => {
      code = await other.callKept(key, 1).then(
        () => undefined,
        (error: RpcError) => error.code,
      );
      return code !== undefined;
    }, "the end of the function");
    kit.isTrue(code === "failedPrecondition" || code === "unavailable", `it ended as ${code}`);
    await other.releaseKept(key);
  },
  "a listener is called until its subscription is disposed of, once or twice": async (kit) => {
    const connection = await kit.connect();
    const service = connection.client(ConformanceReferences);
    const key = kit.key();
    const seen: number[] = [];
    const subscription = await service.watch(key, (value) => void seen.push(value));
    for (const value of [1, 2, 3]) kit.equal(await service.emit(key, value), 1);
    await kit.until(() => seen.length === 3, "the events");
    subscription[Symbol.dispose]();
    subscription[Symbol.dispose]();
    kit.equal([await service.emit(key, 4), seen], [0, [1, 2, 3]]);
  },
  "a subscription ends with its connection, however that ends": async (kit) => {
    const other = (await kit.connect()).client(ConformanceReferences);
    for (const how of ["abort", "close"] as const) {
      const connection = await kit.connect();
      const key = kit.key();
      await connection.client(ConformanceReferences).watch(key, () => {});
      kit.equal(await other.emit(key, 1), 1);
      if (how === "abort") connection.abort();
      else await connection.close();
      await kit.until(async () => (await other.emit(key, 2)) === 0, "the end of the subscription");
    }
  },
  "a subscription that its caller gave up before it came is disposed of": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const controller = new AbortController();
    const watching = withOptions(service, { signal: controller.signal }).watch(key, () => {});
    controller.abort();
    await kit.fails(watching, "cancelled");
    await kit.until(async () => (await service.emit(key, 1)) === 0, "the end of the subscription");
  },
  "a subscriber is told of the end, whether the service, itself or the connection brought it about": async (
    kit,
  ) => {
    const connection = await kit.connect();
    const service = connection.client(ConformanceReferences);
    const key = kit.key();
    const watch = (onEvent: () => void = () => {}) => service.events(key, onEvent);
    const failed = await watch(() => {
      throw new RpcError("aborted", "no more");
    });
    const [own, last] = [await watch(), await watch()];
    const [failedEnd, ownEnd, lastEnd] = [failed.ended, own.ended, last.ended];
    await service.emitEvents(key, 0, 1);
    const { by, error } = await failedEnd;
    kit.equal([by, error?.code, error?.message], ["service", "aborted", "no more"]);
    own[Symbol.dispose]();
    kit.equal(await ownEnd, { by: "subscriber" });
    kit.equal(await service.emitEvents(key, 1, 2), 1);
    connection.abort();
    kit.equal((await lastEnd).by, "connection");
    const other = (await kit.connect()).client(ConformanceReferences);
    await kit.until(async () => (await other.emitEvents(key, 2, 3)) === 0, "the end of the subscription");
  },
  "a signal ends the subscription that the call brought": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const controller = new AbortController();
    await withOptions(service, { signal: controller.signal }).watch(key, () => {});
    kit.equal(await service.emit(key, 1), 1);
    controller.abort();
    await kit.until(async () => (await service.emit(key, 2)) === 0, "the end of the subscription");
  },
  "events come to all subscribers in order, and go on after an id": async (kit) => {
    const clients = await Promise.all([kit.connect(), kit.connect()]);
    const key = kit.key();
    const seen: (readonly [number, string])[][] = [[], []];
    const subscribe = (who: 0 | 1, after?: string) =>
      (clients[who] as (typeof clients)[0])
        .client(ConformanceReferences)
        .events(key, (value, id) => void (seen[who] as [number, string][]).push([value, id]), after);
    const [first, second] = [await subscribe(0), await subscribe(1)];
    kit.equal(await clients[0].client(ConformanceReferences).emitEvents(key, 0, 50), 2);
    await kit.until(() => seen.every((list) => list.length === 50), "the events");
    second[Symbol.dispose]();
    await kit.until(
      async () => (await clients[0].client(ConformanceReferences).emitEvents(key, 50, 51)) === 1,
      "the end of the subscription",
    );
    // An event in flight may still have arrived.
    using _again = await subscribe(1, seen[1]?.at(-1)?.[1]);
    await kit.until(() => seen[1]?.length === seen[0]?.length, "the events that were missed");
    kit.equal(seen[1], seen[0]);
    first[Symbol.dispose]();
  },
  "progress is rated, and the last step always comes": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const steps: number[] = [];
    kit.equal(await service.work(5_000, (step) => void steps.push(step)), 5_000);
    kit.equal(steps.at(-1), 5_000);
    kit.isTrue(steps.length < 2_500, `${steps.length} of 5,000 steps were told`);
    kit.equal(
      [...steps].sort((a, b) => a - b),
      steps,
    );
  },
  "a signal among the arguments cancels the call at both sides": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const controller = new AbortController();
    const waiting = service.wait(key, { signal: controller.signal });
    await kit.until(async () => (await service.waited(key)) === "waits", "the start of the handler");
    controller.abort();
    await kit.fails(waiting, "cancelled");
    await kit.until(async () => (await service.waited(key)) === "aborted", "the abort");
    await kit.fails(service.wait(kit.key(), { signal: AbortSignal.abort() }), "cancelled");
  },
});
