import { RpcError } from "../../../errors/rpc-error.js";
import { withOptions } from "../../../outbound/client-stub.js";
import { defaultLimits, type Limits } from "../../../transport/limits.js";
import { encodeCall } from "../../../wire/messages/call.js";
import { encodeResult } from "../../../wire/messages/result.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { cases } from "./case.js";
import { handshake, nextMessage, numberOf } from "./raw-peer.js";

const maxMessageBytes = 64 * 1024;

/** Returns the number of bytes that make a message of exactly the limit. */
function fill(messageOf: (bytes: Uint8Array) => Uint8Array): number {
  const most = new Uint8Array(maxMessageBytes - 100);
  return most.length + maxMessageBytes - messageOf(most).length;
}

export const limitsAtWorkCases: readonly ConformanceCase[] = cases("limits", {
  "a request of exactly the server's limit passes, one byte more does not": async (kit) => {
    const service = await (await kit.serve({ limits: { maxMessageBytes } })).client();
    const most = fill((bytes) => encodeCall(0, numberOf("echoBytes"), [bytes]));
    const bytes = new Uint8Array(most).fill(9);
    kit.equal(await service.echoBytes(bytes), bytes);
    await kit.fails(
      service.echoBytes(new Uint8Array(most + 1)),
      "resourceExhausted",
      `is ${maxMessageBytes + 1} bytes`,
    );
  },
  "an answer of exactly the client's limit passes, one byte more does not": async (kit) => {
    const service = await kit.client({ limits: { maxMessageBytes } });
    const most = fill((bytes) => encodeResult(0, bytes));
    kit.equal(await service.produce(most), new Uint8Array(most).fill(7));
    await kit.fails(service.produce(most + 1), "resourceExhausted", `is ${maxMessageBytes + 1} bytes`);
  },
  "a handler at maxRunningBytes is called back, and calls back into what it was given": async (kit) => {
    const own = await kit.serve({ limits: { maxRunningBytes: 1 } });
    const service = (await own.connect({ limits: { maxRunningBytes: 1 } })).client(ConformanceReferences);
    using counter = await service.counter(kit.key());
    const timed = withOptions(service, { timeoutMs: 5_000 });
    const counted = timed.each([3, 4], async (value) => String(await counter.increment(value)));
    kit.equal(await counted, ["3", "7"]);
  },
  "an answer with more items than the client's limit fails its call alone": async (kit) => {
    const service = await kit.client({ limits: { maxElements: 1_000 } });
    const values = new Array<number>(2_000).fill(1);
    await kit.fails(service.echoNumbers(values), "resourceExhausted", "maxElements = 1000");
    kit.equal(await service.add(1, 1), 2);
  },
  "an answer that is nested deeper than the client's limit fails its call alone": async (kit) => {
    const service = await kit.client({ limits: { maxNesting: 3 } });
    kit.equal(await service.echo([[[1]]]), [[[1]]]);
    await kit.fails(service.echo([[[[1]]]]), "internal", "nesting limit");
    kit.equal(await service.add(1, 1), 2);
  },
  "a request of exactly the items of the limit passes, one more does not": async (kit) => {
    const service = await (await kit.serve({ limits: { maxElements: 100 } })).client();
    // The message, its four header fields but the kind of array, and the list itself are items,
    // too.
    const envelope = 7;
    const most = new Array<number>(100 - envelope).fill(1);
    kit.equal(await service.echoNumbers(most), most);
    await kit.fails(service.echoNumbers([...most, 1]), "resourceExhausted", "maxElements = 100");
  },
  "a client over maxConnections is told so, and comes in when another leaves": async (kit) => {
    const own = await kit.serve({ limits: { maxConnections: 2 } });
    const [first] = [await own.connect(), await own.connect()];
    await kit.fails(own.connect(), "resourceExhausted", "maxConnections = 2");
    await first?.close();
    await kit.until(() => own.server.connections.size === 1, "the end of the connection");
    await own.connect();
  },
  "a client that says nothing is dropped after the time for it": async (kit) => {
    const own = await kit.serve({ limits: { handshakeTimeoutMs: 50 } });
    const silent = await kit.raw(own.transport);
    let talker = await kit.raw(own.transport);
    await kit.until(async () => {
      try {
        talker = await handshake(kit, { transport: own.transport });
        return true;
      } catch (error) {
        // On a busy machine this one took too long to say hello as well.
        if (RpcError.from(error).code !== "unavailable") throw error;
        return false;
      }
    }, "a handshake in time");
    await kit.soon(silent.ended(), "the end of the silent connection");
    kit.equal(silent.received.length, 0);
    talker.send(encodeCall(0, numberOf("add"), [1, 2]));
    kit.equal((await nextMessage(kit, talker)).kind, "result");
  },
  "more metadata than maxMetadataEntries is refused": async (kit) => {
    const service = await kit.client();
    const metadata = Object.fromEntries(
      Array.from({ length: defaultLimits.maxMetadataEntries + 1 }, (_, i) => [`k${i}`, ""]),
    );
    await kit.fails(withOptions(service, { metadata }).add(1, 1), "resourceExhausted", "maxMetadataEntries");
    delete metadata["k0"];
    kit.equal((await withOptions(service, { metadata }).context()).metadata, metadata);
  },
  "maxErrorChars cuts what a handler says": async (kit) => {
    const service = await (await kit.serve({ limits: { maxErrorChars: 10 } })).client();
    const { message } = await kit.fails(service.fail("aborted", "0123456789abc", null), "aborted");
    kit.equal(message, "012345678…");
  },
  "a client takes no longer list of services than maxHandshakeBytes": async (kit) => {
    const limits: Partial<Limits> = { maxHandshakeBytes: 100 };
    await kit.fails(kit.connect({ limits }), "resourceExhausted", "100");
  },
  "a peer that makes more calls than it may is refused call by call": async (kit) => {
    const own = await kit.serve({ limits: { maxCallsInFlight: 2 } });
    const [peer, other] = [await handshake(kit, { transport: own.transport }), await own.client()];
    const keys = [kit.key(), kit.key()] as const;
    keys.forEach((key, id) => {
      peer.send(encodeCall(id, numberOf("hold"), [key]));
    });
    peer.send(encodeCall(2, numberOf("add"), [1, 2]));
    const refused = await nextMessage(kit, peer);
    kit.isTrue(
      refused.kind === "error" && refused.id === 2 && refused.error.code === "resourceExhausted",
      "no refusal",
    );
    for (const [id, key] of keys.entries()) {
      await other.release(key);
      const answer = await nextMessage(kit, peer);
      kit.isTrue(answer.kind === "result" && answer.id === id, `no answer to ${id}`);
    }
  },
  "calls over maxDeferredBytes are refused, those that wait are not": async (kit) => {
    const own = await kit.serve({ limits: { maxRunningBytes: 1, maxDeferredBytes: 3_000 } });
    const [service, other] = [await own.client(), await own.client()];
    const key = kit.key();
    const held = service.hold(key);
    const waiting = [service.add(1, 1), service.add(2, 2)];
    await kit.fails(service.add(3, 3), "resourceExhausted", "maxDeferredBytes = 3000");
    await other.release(key);
    await held;
    kit.equal(await Promise.all(waiting), [2, 4]);
  },
  "limits that are no whole numbers are refused": async (kit) => {
    for (const maxElements of [1.5, Number.NaN, 2 ** 32, "9" as unknown as number]) {
      await kit.fails(kit.connect({ limits: { maxElements } }), "invalidArgument", "maxElements");
    }
    await kit.fails(kit.serve({ limits: { maxMessageBytes: 1 } }), "invalidArgument", "maxMessageBytes");
  },
});
