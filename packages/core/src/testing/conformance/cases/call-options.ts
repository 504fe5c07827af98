import { withOptions } from "../../../outbound/client-stub.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { cases } from "./case.js";

export const callOptionCases: readonly ConformanceCase[] = cases("deadlines and cancellation", {
  "a one-way call without time left throws and is not made": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    await kit.fails(
      Promise.resolve().then(() => withOptions(service, { timeoutMs: 0 }).note(key, "late")),
      "deadlineExceeded",
    );
    kit.equal(await service.notes(key), []);
  },
  "a one-way call with an aborted signal throws and is not made": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    await kit.fails(
      Promise.resolve().then(() => withOptions(service, { signal: AbortSignal.abort() }).note(key, "no")),
      "cancelled",
    );
    kit.equal(await service.notes(key), []);
  },
  "metadata reaches the handler of a one-way call": async (kit) => {
    const service = await kit.client();
    const key = kit.key();
    withOptions(service, { metadata: { trace: "7" }, timeoutMs: 60_000 }).noteMetadata(key);
    kit.equal(await service.notes(key), ['{"trace":"7"}']);
  },
  "metadata beyond ASCII, of empty texts and of inherited names arrives": async (kit) => {
    const metadata = JSON.parse('{"ключ":"значение 👋","":"","toString":"a","constructor":"b"}');
    const service = withOptions(await kit.client(), { metadata });
    kit.equal((await service.context()).metadata, metadata);
  },
  "metadata that is no map of well-formed texts is refused": async (kit) => {
    const service = await kit.client();
    const wrong: unknown[] = [{ a: 1 }, { a: "\ud800" }, JSON.parse('{"__proto__":"a"}'), ["a"], "a"];
    for (const metadata of wrong as Record<string, string>[]) {
      await kit.fails(
        Promise.resolve().then(() => withOptions(service, { metadata })),
        "invalidArgument",
        "metadata",
      );
    }
  },
});
