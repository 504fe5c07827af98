import { connect } from "../../../connect/connect.js";
import { EventChannel } from "../../../events/event-channel.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { ConformanceStreams } from "../streams.crosspane.js";
import { TestCounter } from "../test-counter.js";
import { callerOf } from "./caller.js";
import { cases } from "./case.js";

interface Store {
  run<T>(value: string, callback: () => T): T;
  getStore(): string | undefined;
}

interface Runtime {
  readonly process?: {
    getBuiltinModule?(name: string): { readonly AsyncLocalStorage?: new () => Store } | undefined;
  };
}

const AsyncLocalStorage = (globalThis as Runtime).process?.getBuiltinModule?.(
  "async_hooks",
)?.AsyncLocalStorage;

/** A store of the program, such as one that traces requests. */
const store = AsyncLocalStorage && new AsyncLocalStorage();

/** Values of the store, by the place where they were read. */
class Seen {
  readonly #values: Record<string, string> = {};

  look(place: string): void {
    this.#values[place] = store?.getStore() ?? "none";
  }

  has(...places: readonly string[]): boolean {
    return places.every((place) => place in this.#values);
  }

  check(kit: ConformanceKit, expected: Readonly<Record<string, string>>): void {
    kit.equal(this.#values, expected);
  }
}

/** Runs something with a value in the store. */
const within = <T>(value: string, work: () => T): T => (store as Store).run(value, work);

const contexts: Readonly<Record<string, (kit: ConformanceKit, seen: Seen) => Promise<void>>> = {
  "a call goes on in the store of its caller": async (kit, seen) => {
    const service = (await within("connect", () => kit.connect())).client(Conformance);
    await within("caller", async () => {
      await service.add(1, 1);
      seen.look("after a call");
      await kit.fails(service.fail("aborted", "so", undefined), "aborted");
      seen.look("after an error");
      await service.nothing().finally(() => seen.look("in finally"));
    });
    seen.check(kit, { "after a call": "caller", "after an error": "caller", "in finally": "caller" });
  },
  "a handler runs in the store of serve, not of its caller": async (kit, seen) => {
    const own = await within("serve", () =>
      kit.serve({
        authorize: () => {
          seen.look("authorize");
          return true;
        },
        interceptors: [
          (call, next) => {
            seen.look("interceptor");
            call.signal.addEventListener("abort", () => seen.look("abort"));
            return next(call);
          },
        ],
        onConnection: () => seen.look("onConnection"),
        onError: () => seen.look("onError"),
      }),
    );
    const client = await within("connect", () => own.client());
    await within("caller", async () => {
      const stop = new AbortController();
      const key = kit.key();
      const held = client.hold(key);
      held.catch(() => {});
      await kit.until(async () => (await client.held(key)).started, "the start of the handler");
      client.noteAndFail(key);
      await client.release(key);
      await held;
      stop.abort();
      const another = kit.key();
      const connection = await own.connect();
      const cut = connection.client(Conformance).hold(another);
      cut.catch(() => {});
      await kit.until(async () => (await client.held(another)).started, "the start of another");
      connection.abort();
      await kit.until(() => seen.has("abort", "onError"), "the abort");
    });
    const all = ["authorize", "interceptor", "onConnection", "onError", "abort"];
    seen.check(kit, Object.fromEntries(all.map((place) => [place, "serve"])));
  },
  "a service given to connect runs in the store of connect": async (kit, seen) => {
    const upper = async (text: string) => {
      seen.look("handler");
      await undefined;
      seen.look("after its await");
      return text;
    };
    const connection = await within("connect", () => kit.connect({ services: [callerOf({ upper })] }));
    await within("caller", () => connection.client(Conformance).askBack("text"));
    seen.check(kit, { handler: "connect", "after its await": "connect" });
  },
  "a function runs in the store in which it was given": async (kit, seen) => {
    const references = (await within("connect", () => kit.connect())).client(ConformanceReferences);
    const key = kit.key();
    await within("caller", () =>
      references.each([1], async () => {
        seen.look("argument");
        await undefined;
        seen.look("after its await");
        return "";
      }),
    );
    const kept = async () => {
      seen.look("retained");
      return "";
    };
    await within("keeper", () => references.keep(key, kept, true));
    await within("other", () => references.callKept(key, 1));
    await references.releaseKept(key);
    seen.check(kit, { argument: "caller", "after its await": "caller", retained: "keeper" });
  },
  "a listener runs in the store in which it subscribed": async (kit, seen) => {
    const references = (await within("connect", () => kit.connect())).client(ConformanceReferences);
    const key = kit.key();
    using _ = await within("watcher", () => references.watch(key, () => seen.look("watch")));
    using _events = await within("reader", () => references.events(key, () => seen.look("events")));
    await within("emitter", async () => {
      await references.emit(key, 1);
      await references.emitEvents(key, 0, 1);
      await kit.until(() => seen.has("watch", "events"), "the events");
    });
    seen.check(kit, { watch: "watcher", events: "reader" });
  },
  "a local listener runs in the store in which it subscribed": async (kit, seen) => {
    const channel = new EventChannel<number>();
    const subscribed = within("subscriber", () => channel.subscribe(() => seen.look("listener")));
    await within("emitter", () => channel.emit(1));
    subscribed[Symbol.dispose]();
    seen.check(kit, { listener: "subscriber" });
  },
  "an object runs, and is disposed of, in the store in which it was given": async (kit, seen) => {
    const references = (await within("connect", () => kit.connect())).client(ConformanceReferences);
    const counter = new TestCounter(kit.key(), 0, () => seen.look("disposal"));
    const increment = counter.increment.bind(counter);
    counter.increment = (by) => {
      seen.look("method");
      return increment(by);
    };
    await within("caller", () => references.incrementAll([counter]));
    await kit.until(() => seen.has("disposal"), "the disposal");
    seen.check(kit, { method: "caller", disposal: "caller" });
  },
  "an object is disposed of in its store when its connection ends": async (kit, seen) => {
    const connection = await within("connect", () => kit.connect());
    const counter = new TestCounter(kit.key(), 0, () => seen.look("disposal"));
    const references = connection.client(ConformanceReferences);
    await within("caller", () => references.sameBack(counter));
    within("closer", () => connection.abort());
    await kit.until(() => seen.has("disposal"), "the disposal");
    seen.check(kit, { disposal: "caller" });
  },
  "the source of a stream runs, and is left, in the store in which it was given": async (kit, seen) => {
    const streams = (await within("connect", () => kit.connect())).client(ConformanceStreams);
    async function* numbers() {
      try {
        for (let n = 0; ; n++) {
          seen.look("source");
          yield n;
        }
      } finally {
        seen.look("finally");
      }
    }
    await within("caller", () => streams.first(3, numbers()));
    await kit.until(() => seen.has("finally"), "the end of the source");
    seen.check(kit, { source: "caller", finally: "caller" });
  },
  "a stream is read in the store of its reader": async (kit, seen) => {
    const streams = (await within("connect", () => kit.connect())).client(ConformanceStreams);
    await within("reader", async () => {
      for await (const n of streams.tick(2, 1)) seen.look(`item ${n}`);
      seen.look("end");
    });
    seen.check(kit, { "item 0": "reader", "item 1": "reader", end: "reader" });
  },
  "listeners of a connection run in the store in which they were registered": async (kit, seen) => {
    for (const reconnect of [false, true]) {
      const own = await kit.serve();
      const connection = await within("connect", () => connect(own.transport, { reconnect }));
      kit.cleanUp(() => connection.close());
      within("first", () => connection.onStateChange(() => seen.look(`first, ${reconnect}`)));
      within("second", () => connection.onStateChange(() => seen.look(`second, ${reconnect}`)));
      await within("closer", () => connection.close());
      await kit.until(() => seen.has(`first, ${reconnect}`, `second, ${reconnect}`), "the change");
    }
    seen.check(kit, {
      "first, false": "first",
      "second, false": "second",
      "first, true": "first",
      "second, true": "second",
    });
  },
  "a connection that was made in a handler is not part of its call": async (kit, seen) => {
    const own = await kit.serve();
    const upper = async (text: string) => {
      const inner = await own.connect();
      inner.onStateChange(() => seen.look("state"));
      await inner.close();
      await kit.until(() => seen.has("state"), "the change");
      return text;
    };
    const connection = await within("connect", () => kit.connect({ services: [callerOf({ upper })] }));
    await connection.client(Conformance).askBack("text");
    seen.check(kit, { state: "connect" });
  },
};

/**
 * One rule for all transports: everything runs in the store in which it was given or registered.
 */
export const contextCases: readonly ConformanceCase[] = cases(
  "stores",
  Object.fromEntries(
    Object.entries(contexts).map(([name, run]) => [
      name,
      async (kit: ConformanceKit) => {
        // A runtime without stores has nothing to keep apart.
        if (store !== undefined) await run(kit, new Seen());
      },
    ]),
  ),
);
