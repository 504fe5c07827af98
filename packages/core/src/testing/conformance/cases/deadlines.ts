import { RpcError } from "../../../errors/rpc-error.js";
import { withOptions } from "../../../outbound/client-stub.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { cases } from "./case.js";

export const deadlineCases: readonly ConformanceCase[] = cases("deadlines and cancellation", {
  "a deadline that passes fails the call by name and reaches the handler": async (kit) => {
    const service = await kit.client();
    await kit.inTime(50, async (timeoutMs) => {
      const key = kit.key();
      const late = withOptions(service, { timeoutMs }).hold(key);
      await kit.fails(late, "deadlineExceeded", "crosspane.Conformance.hold", `${timeoutMs} ms`);
      if (!(await service.held(key)).started) return false;
      await kit.until(async () => (await service.held(key)).aborted === "deadlineExceeded", "the abort");
      return true;
    });
  },
  "a deadline of 0 fails before anything is sent": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    await kit.fails(withOptions(service, { timeoutMs: 0 }).hold(key), "deadlineExceeded");
    kit.equal((await service.held(key)).started, false);
  },
  "the handler sees what is left of the deadline": async (kit) => {
    const service = await kit.client();
    const { remainingMs } = await withOptions(service, { timeoutMs: 60_000 }).context();
    kit.isTrue(
      remainingMs !== null && remainingMs > 0 && remainingMs <= 60_000,
      `${remainingMs} ms are left`,
    );
    kit.equal((await service.context()).remainingMs, null);
  },
  "a call that is answered in time leaves its deadline behind": async (kit) => {
    kit.equal(await withOptions(await kit.client(), { timeoutMs: 30_000 }).add(1, 2), 3);
  },
  "an infinite timeout is none": async (kit) => {
    const service = withOptions(await kit.client(), { timeoutMs: Number.POSITIVE_INFINITY });
    kit.equal((await service.context()).remainingMs, null);
  },
  "a negative timeout is refused": async (kit) => {
    const service = await kit.client();
    await kit.fails(
      Promise.resolve().then(() => withOptions(service, { timeoutMs: -1 })),
      "invalidArgument",
      "timeoutMs",
    );
  },
  "an abort cancels the call here and at the handler": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    const controller = new AbortController();
    const held = withOptions(service, { signal: controller.signal }).hold(key);
    await kit.until(async () => (await service.held(key)).started, "the start of the handler");
    controller.abort(new Error("the user left"));
    await kit.fails(held, "cancelled", "the user left");
    await kit.until(async () => (await service.held(key)).aborted === "cancelled", "the abort");
  },
  "a signal that is aborted already sends nothing": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    await kit.fails(withOptions(service, { signal: AbortSignal.abort() }).hold(key), "cancelled");
    kit.equal((await service.held(key)).started, false);
  },
  "the signal of AbortSignal.timeout is a deadline": async (kit) => {
    const service = await kit.client();
    await kit.fails(
      withOptions(service, { signal: AbortSignal.timeout(30) }).hold(kit.key()),
      "deadlineExceeded",
    );
  },
  "a cancellation that crosses the answer is harmless": async (kit) => {
    const service = await kit.client();
    for (let i = 0; i < 50; i++) {
      const controller = new AbortController();
      const sum = withOptions(service, { signal: controller.signal }).add(i, 1);
      controller.abort();
      await kit.fails(sum, "cancelled");
    }
    kit.equal(await service.add(1, 1), 2);
  },
  "a handler that ignores its cancellation does not hold the caller": async (kit) => {
    const service = await kit.client();
    const controller = new AbortController();
    const slow = withOptions(service, { signal: controller.signal }).delay(200);
    controller.abort();
    await kit.fails(slow, "cancelled");
    await kit.until(async () => (await service.stats()).handlers === 0, "the end of the handler");
  },
  "one cancelled call of many leaves the others alone": async (kit) => {
    const service = await kit.client();
    const controller = new AbortController();
    const keys = [kit.key(), kit.key(), kit.key()] as const;
    const calls = keys.map((key, i) =>
      (i === 1 ? withOptions(service, { signal: controller.signal }) : service).hold(key),
    );
    await kit.until(async () => (await service.held(keys[2])).started, "the start of the handlers");
    controller.abort();
    await kit.fails(calls[1] as Promise<void>, "cancelled");
    await service.release(keys[0]);
    await service.release(keys[2]);
    await Promise.all([calls[0], calls[2]]);
  },
  "metadata reaches the handler, merged through withOptions": async (kit) => {
    const service = withOptions(await kit.client(), { metadata: { trace: "1", user: "a" } });
    kit.equal((await service.context()).metadata, { trace: "1", user: "a" });
    const more = withOptions(service, { metadata: { user: "b" } });
    kit.equal((await more.context()).metadata, { trace: "1", user: "b" });
    kit.equal((await service.context()).metadata, { trace: "1", user: "a" });
  },
  "the context names the method and the transport": async (kit) => {
    const connection = await kit.connect();
    const { method, transport, aborted } = await connection.client(Conformance).context();
    kit.equal(method, "crosspane.Conformance.context");
    kit.equal(transport, connection.transport.name);
    kit.equal(aborted, false);
  },
  "the context lasts through an await": async (kit) => {
    kit.equal(
      (await (await kit.client()).contextAfterAwait()).method,
      "crosspane.Conformance.contextAfterAwait",
    );
  },
  "options leave a local implementation as it is": async (kit) => {
    const local = { add: async (a: number, b: number) => a + b };
    kit.isTrue(withOptions(local, { timeoutMs: 1 }) === local, "another object came back");
    kit.isTrue(new RpcError("aborted", "x") instanceof RpcError, "instanceof does not hold");
  },
});
