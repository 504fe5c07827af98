import { release, retain } from "../../../references/shapes/handle.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { OutOfStock } from "../streams.service.js";
import { TestCounter } from "../test-counter.js";
import { cases } from "./case.js";
import { collect } from "./local-source.js";

/** Waits until that many counters of a key were disposed of. */
async function disposedOf(
  kit: ConformanceKit,
  { service, key }: { readonly service: ConformanceReferences; readonly key: string },
  disposed: number,
): Promise<void> {
  await kit.until(
    async () => (await service.counterState(key)).disposed === disposed,
    `${disposed} disposals`,
  );
}

export const serviceReferenceCases: readonly ConformanceCase[] = cases("references", {
  "a service by reference keeps its state until it is disposed of, once": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    {
      using counter = await service.counter(key, 5);
      kit.equal([await counter.increment(2), await counter.increment(-7)], [7, 0]);
      release(counter);
    }
    await disposedOf(kit, { service, key }, 1);
    kit.equal((await service.counterState(key)).made, 1);
  },
  "a service that was released cannot be called": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const counter = await service.counter(key);
    release(counter);
    await kit.fails(counter.increment(1), "failedPrecondition", "increment");
    await kit.fails(service.isMine(counter), "invalidArgument");
    await disposedOf(kit, { service, key }, 1);
  },
  "a method of a service by reference gives another one, and streams and errors": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    {
      using counter = await service.counter(key, 1);
      using fork = await counter.fork();
      kit.equal([await fork.increment(10), await counter.increment(1)], [11, 2]);
      kit.equal(await collect(counter.upTo(5)), [3, 4, 5]);
      const thrown = await counter.fail().catch((error: unknown) => error);
      kit.isTrue(thrown instanceof OutOfStock && thrown.left === 5n, "no OutOfStock");
    }
    await disposedOf(kit, { service, key }, 2);
  },
  "services and functions stand anywhere in a result": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const { list, named, add } = await service.counters(key, 10);
    kit.equal(await Promise.all(list.map((counter) => counter.increment(100))), [
      ...Array.from({ length: 10 }, (_, i) => 100 + i),
    ]);
    kit.equal([await add(3), await named.get("sum")?.increment(4)], [3, 7]);
    for (const reference of [...list, ...named.values(), add]) release(reference);
    await disposedOf(kit, { service, key }, 11);
  },
  "services as items of a stream live on after it": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const counters = await collect(service.stream(key, 30));
    kit.equal(
      await Promise.all(counters.map((counter) => counter.increment(1))),
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
    for (const counter of counters) release(counter);
    await disposedOf(kit, { service, key }, 30);
  },
  "services as items that nobody took are disposed of": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    let taken = 0;
    for await (const counter of service.stream(key, 1e9)) {
      release(counter);
      if (++taken === 3) break;
    }
    await kit.until(async () => {
      const { made, disposed } = await service.counterState(key);
      return made === disposed && made >= taken;
    }, "the disposal of all");
  },
  "what is passed back arrives as the original": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const [key, own] = [kit.key(), kit.key()];
    using counter = await service.counter(key);
    kit.equal(await service.isMine(counter), true);
    const local = new TestCounter(own, 0);
    const back = await service.sameBack(local);
    kit.isTrue(back === local, "it came back as something else");
    await kit.until(() => TestCounter.state(own).disposed === 1, "the disposal");
  },
  "a service of another connection is passed on, not taken for the original": async (kit) => {
    const [first, second] = [await kit.connect(), await kit.connect()];
    const key = kit.key();
    const [from, to] = [first.client(ConformanceReferences), second.client(ConformanceReferences)];
    kit.equal(await to.isMine(await from.counter(key)), false);
    kit.equal(await to.incrementAll([await from.counter(key, 5)]), [6]);
    // Like any disposable service, it is disposed of when its last holder releases it: the call
    // that it was given to.
    await disposedOf(kit, { service: to, key }, 2);
  },
  "services of the caller are called, and given back with the call": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const counters = Array.from({ length: 10 }, (_, i) => new TestCounter(key, i));
    kit.equal(
      await service.incrementAll(counters),
      Array.from({ length: 10 }, (_, i) => i + 1),
    );
    await kit.until(() => TestCounter.state(key).disposed === 10, "the disposal of all");
  },
  "the same service several times in one call is disposed of once, after the last": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const counter = new TestCounter(key, 0);
    kit.equal(await service.incrementAll([counter, counter, counter]), [1, 2, 3]);
    await kit.until(() => TestCounter.state(key).disposed === 1, "the disposal");
  },
  "a service that two connections hold is disposed of after both": async (kit) => {
    const [first, second] = [await kit.connect(), await kit.connect()];
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const counter = await first.client(ConformanceReferences).shared(key);
    const other = await second.client(ConformanceReferences).shared(key);
    kit.equal([await counter.increment(1), await other.increment(1)], [1, 2]);
    first.abort();
    kit.equal(await other.increment(1), 3);
    kit.equal(await service.counterState(key), { made: 1, disposed: 0 });
    release(other);
    await disposedOf(kit, { service, key }, 1);
  },
  "a connection that ends disposes of what it holds, however it ends": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    for (const how of ["abort", "close"] as const) {
      const connection = await kit.connect();
      const key = kit.key();
      const counter = await connection.client(ConformanceReferences).counter(key);
      await connection.client(ConformanceReferences).counters(key, 4);
      if (how === "abort") connection.abort();
      else await connection.close();
      await disposedOf(kit, { service, key }, 6);
      await kit.fails(counter.increment(1), "failedPrecondition");
    }
  },
  "who retains a service releases it once more": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const counter = await service.counter(key);
    retain(counter);
    release(counter);
    kit.equal(await counter.increment(1), 1);
    release(counter);
    await kit.fails(counter.increment(1), "failedPrecondition");
    await disposedOf(kit, { service, key }, 1);
  },
  "an object that is not what it is given for is refused before anything is sent": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const halfway = { increment: async () => 1 } as never;
    await kit.fails(service.isMine(halfway), "invalidArgument");
    await kit.fails(service.each([1], "no function" as never), "invalidArgument");
  },
  "a call with more references than maxReferences is refused, and nothing of it is left": async (kit) => {
    const connection = await kit.connect({ limits: { maxReferences: 10 } });
    const service = connection.client(ConformanceReferences);
    const key = kit.key();
    const counters = Array.from({ length: 11 }, () => new TestCounter(key, 0));
    await kit.fails(service.incrementAll(counters), "resourceExhausted", "maxReferences = 10");
    kit.equal((await service.incrementAll(counters.slice(1))).length, 10);
  },
  "a result with more references than the caller takes is given back": async (kit) => {
    const connection = await kit.connect({ limits: { maxReferences: 10 } });
    const service = connection.client(ConformanceReferences);
    const key = kit.key();
    await kit.fails(service.counters(key, 15), "resourceExhausted", "maxReferences = 10");
    await disposedOf(kit, { service, key }, 16);
    using counter = await service.counter(key);
    kit.equal(await counter.increment(1), 1);
  },
});
