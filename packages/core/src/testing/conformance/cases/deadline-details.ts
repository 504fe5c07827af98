import { callContext } from "../../../call/call-context.js";
import type { Connection } from "../../../call/connection.js";
import { RpcError } from "../../../errors/rpc-error.js";
import { withOptions } from "../../../outbound/client-stub.js";
import { countsOf } from "../../counts-of.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { callerOf } from "./caller.js";
import { cases } from "./case.js";

/**
 * Longer than the longest timer of a JavaScript runtime, 2^31 - 1 ms. A timer set to it would fire
 * at once.
 */
const longerThanTimersMs = 2 ** 33;

export const deadlineDetailCases: readonly ConformanceCase[] = cases("deadlines and cancellation", {
  "the last timeout of several options holds": async (kit) => {
    const service = withOptions(await kit.client(), { timeoutMs: 60_000 });
    const late = withOptions(service, { timeoutMs: 20 }).hold(kit.key());
    await kit.fails(late, "deadlineExceeded", "within 20 ms");
  },
  "a deadline that is longer than a timer can be does not pass at once": async (kit) => {
    const service = withOptions(await kit.client(), { timeoutMs: longerThanTimersMs });
    await service.delay(30);
    const { remainingMs } = await service.context();
    kit.isTrue(remainingMs !== null && remainingMs > 2 ** 32, `${remainingMs} ms are left`);
  },
  "a part of a millisecond is a deadline": async (kit) => {
    const service = await kit.client();
    await kit.inTime(0.5, async (timeoutMs) => {
      const key = kit.key();
      await kit.fails(withOptions(service, { timeoutMs }).hold(key), "deadlineExceeded");
      if (!(await service.held(key)).started) return false;
      await kit.until(async () => (await service.held(key)).aborted === "deadlineExceeded", "the abort");
      return true;
    });
  },
  "a timeout that is no number is refused": async (kit) => {
    const service = await kit.client();
    for (const timeoutMs of [Number.NaN, "5", null] as number[]) {
      await kit.fails(
        Promise.resolve().then(() => withOptions(service, { timeoutMs })),
        "invalidArgument",
        "timeoutMs",
      );
    }
  },
  "of a signal and a deadline the deadline may win": async (kit) => {
    const service = await kit.client();
    await kit.inTime(30, async (timeoutMs) => {
      const key = kit.key();
      const controller = new AbortController();
      const held = withOptions(service, { timeoutMs, signal: controller.signal }).hold(key);
      await kit.fails(held, "deadlineExceeded");
      controller.abort();
      if (!(await service.held(key)).started) return false;
      await kit.until(async () => (await service.held(key)).aborted === "deadlineExceeded", "the abort");
      return true;
    });
  },
  "of a signal and a deadline the signal may win": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    const controller = new AbortController();
    const held = withOptions(service, { timeoutMs: 60_000, signal: controller.signal }).hold(key);
    await kit.until(async () => (await service.held(key)).started, "the start of the handler");
    controller.abort();
    await kit.fails(held, "cancelled");
    await kit.until(async () => (await service.held(key)).aborted === "cancelled", "the abort");
  },
  "an abort after the answer changes nothing": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    const controller = new AbortController();
    const held = withOptions(service, { signal: controller.signal }).hold(key);
    await kit.until(async () => (await service.held(key)).started, "the start of the handler");
    await service.release(key);
    await kit.soon(held, "the answer");
    controller.abort();
    kit.equal((await service.held(key)).aborted, null);
  },
  "one signal cancels all its calls": async (kit) => {
    const service = await kit.client();
    const controller = new AbortController();
    const keys = Array.from({ length: 20 }, () => kit.key());
    const cancellable = withOptions(service, { signal: controller.signal });
    const held = keys.map((key) => kit.fails(cancellable.hold(key), "cancelled"));
    await kit.until(async () => (await service.held(keys[19] as string)).started, "the start");
    controller.abort();
    await Promise.all(held);
    for (const key of keys) {
      await kit.until(async () => (await service.held(key)).aborted === "cancelled", "the abort");
    }
  },
  "the reason of an abort is the cause of its error": async (kit) => {
    const service = await kit.client();
    for (const reason of [new Error("enough"), new RpcError("notFound", "enough"), "enough"]) {
      const controller = new AbortController();
      const held = withOptions(service, { signal: controller.signal }).hold(kit.key());
      controller.abort(reason);
      kit.isTrue((await kit.fails(held, "cancelled", "enough")).cause === reason, "it has another cause");
    }
  },
  "a call that is cancelled in its own turn does not run on": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    const controller = new AbortController();
    const held = withOptions(service, { signal: controller.signal }).hold(key);
    controller.abort();
    await kit.fails(held, "cancelled");
    const { started, aborted } = await service.held(key);
    kit.equal(aborted, started ? "cancelled" : null);
  },
  "calls between cancelled ones get their own answers": async (kit) => {
    const service = await kit.client();
    const sums: Promise<number>[] = [];
    const cancelled: Promise<RpcError>[] = [];
    for (let i = 0; i < 100; i++) {
      const controller = new AbortController();
      const doomed = withOptions(service, { signal: controller.signal }).add(-i, -1);
      cancelled.push(kit.fails(doomed, "cancelled"));
      controller.abort();
      sums.push(service.add(i, 1));
    }
    kit.equal(
      await Promise.all(sums),
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
    await Promise.all(cancelled);
  },
  "a cancelled call gives its place back": async (kit) => {
    const service = await kit.client({ limits: { maxCallsInFlight: 2 } });
    for (let i = 0; i < 10; i++) {
      const controller = new AbortController();
      const held = withOptions(service, { signal: controller.signal }).hold(kit.key());
      kit.equal(await service.add(i, 1), i + 1);
      controller.abort();
      await kit.fails(held, "cancelled");
      await kit.until(
        () =>
          service.add(1, 1).then(
            () => true,
            () => false,
          ),
        "a free place",
      );
    }
  },
  "a call that is cancelled while it waits to be started never starts": async (kit) => {
    const own = await kit.serve({ limits: { maxRunningBytes: 1 } });
    const [connection, other] = [await own.connect(), await own.client()];
    const service = connection.client(Conformance);
    const keys = [kit.key(), kit.key()] as const;
    const controller = new AbortController();
    const running = service.hold(keys[0]);
    const waiting = withOptions(service, { signal: controller.signal }).hold(keys[1]);
    await kit.until(async () => (await other.held(keys[0])).started, "the start of the handler");
    controller.abort();
    await kit.fails(waiting, "cancelled");
    await heardOf(kit, connection);
    await other.release(keys[0]);
    await kit.soon(running, "the answer");
    kit.equal(await service.add(1, 1), 2);
    kit.equal((await other.held(keys[1])).started, false);
  },
  "a deadline passes while the call waits to be started": async (kit) => {
    const own = await kit.serve({ limits: { maxRunningBytes: 1 } });
    const [connection, other] = [await own.connect(), await own.client()];
    const service = connection.client(Conformance);
    const keys = [kit.key(), kit.key()] as const;
    const running = service.hold(keys[0]);
    await kit.fails(withOptions(service, { timeoutMs: 30 }).hold(keys[1]), "deadlineExceeded");
    await heardOf(kit, connection);
    await other.release(keys[0]);
    await kit.soon(running, "the answer");
    kit.equal(await service.add(1, 1), 2);
    kit.equal((await other.held(keys[1])).started, false);
  },
  "a deadline of the server's own call reaches the client's handler": async (kit) => {
    const aborted = Promise.withResolvers<unknown>();
    const upper = (): Promise<string> =>
      new Promise((_, reject) => {
        const { signal } = callContext();
        signal.addEventListener("abort", () => {
          aborted.resolve(signal.reason);
          reject(signal.reason);
        });
      });
    const service = await kit.client({ services: [callerOf({ upper })] });
    await kit.fails(service.askBack("late", 30), "deadlineExceeded", "crosspane.ConformanceCaller.upper");
    await kit.fails(
      aborted.promise.then((reason) => Promise.reject(reason)),
      "deadlineExceeded",
    );
  },
});

/**
 * Waits until the server has cancelled one of two calls, as its caller has. There is no order
 * between two connections.
 */
async function heardOf(kit: ConformanceKit, connection: Connection): Promise<void> {
  await kit.until(() => countsOf(connection).calls === 1, "the server to give up the call");
}
