import { pipelined } from "../../../outbound/pipelined.js";
import { defaultLimits } from "../../../transport/limits.js";
import { encodeCall, encodePipelinedCall } from "../../../wire/messages/call.js";
import { encodeWelcome, introduce } from "../../../wire/messages/handshake.js";
import { encodeReferences, encodeRelease } from "../../../wire/messages/reference.js";
import { encodeResult } from "../../../wire/messages/result.js";
import type { Message } from "../../../wire/messages/table.js";
import type { ScriptedPeer } from "../../scripted-transport.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { ConformanceReferencesService } from "../conformance-references.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { OutOfStock } from "../streams.service.js";
import { cases } from "./case.js";
import { handshake, nextMessage, referenceNumberOf } from "./raw-peer.js";

const increment = 0;
const fork = 1;
const counter = referenceNumberOf("counter");

/**
 * Reads the next answers of a server, by the id of their call. Releases the objects among them
 * after the last.
 */
async function answers(
  kit: ConformanceKit,
  peer: ScriptedPeer,
  count: number,
): Promise<ReadonlyMap<number, unknown>> {
  const all = new Map<number, unknown>();
  const objects: number[] = [];
  while (all.size < count) {
    const message = await nextMessage(kit, peer);
    if (message.kind === "result") all.set(message.id, message.value);
    else if (message.kind === "error") all.set(message.id, message.error.code);
    else if (message.kind === "references") objects.push(...message.references.map(({ number }) => number));
  }
  for (const number of objects) peer.send(encodeRelease(number));
  return all;
}

async function disposedOf(kit: ConformanceKit, key: string, disposed: number): Promise<void> {
  const service = (await kit.connect()).client(ConformanceReferences);
  const all = async () => (await service.counterState(key)).disposed === disposed;
  await kit.until(all, `${disposed} disposals`);
}

export const pipeliningCases: readonly ConformanceCase[] = cases("references", {
  "a chain of calls is sent whole before anything of it is answered": async (kit) => {
    const offered = introduce(defaultLimits, [
      ConformanceReferences.implement(new ConformanceReferencesService()),
    ]);
    const kinds: string[] = [];
    const play = async (peer: ScriptedPeer) => {
      const next = async (): Promise<Message> => {
        const message = await nextMessage(kit, peer);
        kinds.push(message.kind);
        return message;
      };
      await next();
      peer.send(encodeWelcome(offered));
      const ids = [await next(), await next(), await next()].map((call) => ("id" in call ? call.id : -1));
      // It has received nothing since its first call.
      for (const [place, id] of ids.entries()) {
        if (place < 2) peer.send(encodeReferences([{ kind: "object", number: 100 + place }]));
        peer.send(encodeResult(id, place < 2 ? 0 : 7));
      }
      await next();
      await next();
      // Nothing is left that the client would wait for when it closes.
      await peer.connection.close();
    };
    const plays: Promise<void>[] = [];
    const transport = await kit.script((peer) => plays.push(play(peer)));
    const service = (await kit.connect({}, transport)).client(ConformanceReferences);
    kit.equal(await kit.soon(pipelined(service).counter("key", 5).fork().increment(2), "the result"), 7);
    await kit.soon(Promise.all(plays), "the end of the play");
    kit.equal(kinds, ["hello", "call", "pipelinedCall", "pipelinedCall", "release", "release"]);
  },
  "a server runs a chain without another word": async (kit) => {
    const peer = await handshake(kit);
    const key = kit.key();
    peer.send(encodeCall(0, counter, [key, 5]));
    peer.send(encodePipelinedCall(1, { on: 0, method: fork }, []));
    peer.send(encodePipelinedCall(2, { on: 1, method: increment }, [2]));
    peer.send(encodePipelinedCall(3, { on: 0, method: increment }, [10]));
    const all = await answers(kit, peer, 4);
    kit.equal([all.get(2), all.get(3)], [7, 15]);
  },
  "a chain gives what its calls give one by one, and lets go of what is in between": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    kit.equal(await pipelined(service).counter(key, 5).fork().fork().increment(2), 7);
    await disposedOf(kit, key, 3);
  },
  "what the program looks at in a chain is its own": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    {
      await using first = pipelined(service).counter(key, 1);
      using second = await first.fork();
      kit.equal(
        [await second.increment(1), await first.increment(10), await first.increment(10)],
        [2, 11, 21],
      );
      kit.equal((await service.counterState(key)).disposed, 0);
    }
    await disposedOf(kit, key, 2);
  },
  "calls of a chain run in their order": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const counted = pipelined(service).counter(kit.key(), 0);
    const all = Array.from({ length: 200 }, () => counted.increment(1));
    kit.equal(
      await Promise.all(all),
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  },
  "many chains at once do not get into each other's way": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    const all = Array.from({ length: 200 }, (_, start) =>
      pipelined(service).counter(key, start).fork().increment(1),
    );
    kit.equal(
      await Promise.all(all),
      Array.from({ length: 200 }, (_, start) => start + 1),
    );
    await disposedOf(kit, key, 400);
  },
  "an error in a chain is that of all calls after it": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const wrong = pipelined(service).sameBack({} as never);
    await kit.fails(wrong.fork().increment(1), "invalidArgument");
    const key = kit.key();
    const thrown = await pipelined(service)
      .counter(key, 5)
      .fail()
      .catch((error: unknown) => error);
    kit.isTrue(thrown instanceof OutOfStock && thrown.left === 5n, "no OutOfStock");
    await disposedOf(kit, key, 1);
  },
  "through interceptors a chain gives the same": async (kit) => {
    const connection = await kit.connect({ interceptors: [(call, next) => next(call)] });
    const service = connection.client(ConformanceReferences);
    const key = kit.key();
    kit.equal(await pipelined(service).counter(key, 5).fork().increment(2), 7);
    await disposedOf(kit, key, 2);
  },
  "a stream of what is not there yet is read from it": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    await using counted = pipelined(service).counter(kit.key(), 0);
    const seen: number[] = [];
    for await (const value of await counted.upTo(3)) seen.push(value);
    kit.equal(seen, [1, 2, 3]);
  },
  "a call of what does not come fails by itself": async (kit) => {
    const peer = await handshake(kit);
    // On a call that was never made, on itself, in a circle, on a result without an object, by an
    // unknown method.
    peer.send(encodePipelinedCall(0, { on: 77, method: 0 }, []));
    peer.send(encodePipelinedCall(1, { on: 1, method: 0 }, []));
    peer.send(encodePipelinedCall(2, { on: 3, method: 0 }, []));
    peer.send(encodePipelinedCall(3, { on: 2, method: 0 }, []));
    peer.send(encodeCall(4, referenceNumberOf("counterState"), [kit.key()]));
    peer.send(encodePipelinedCall(5, { on: 4, method: 0 }, []));
    peer.send(encodeCall(6, counter, [kit.key()]));
    peer.send(encodePipelinedCall(7, { on: 6, method: 99 }, []));
    const all = await answers(kit, peer, 8);
    kit.equal(
      [0, 1, 2, 3, 5, 7].map((id) => all.get(id)),
      [...Array<string>(5).fill("failedPrecondition"), "unimplemented"],
    );
  },
  "a flood of calls of what is to come is run or refused, each once": async (kit) => {
    const peer = await handshake(kit);
    const count = 5_000;
    peer.send(encodeCall(0, counter, [kit.key(), 0]));
    for (let id = 1; id <= count; id++) peer.send(encodePipelinedCall(id, { on: 0, method: increment }, [1]));
    const all = await answers(kit, peer, count + 1);
    const ran = [...all.values()].filter((value) => typeof value === "number").length - 1;
    const refused = [...all.values()].filter((value) => value === "resourceExhausted").length;
    kit.equal(ran + refused, count);
    kit.isTrue(ran > 0, "none ran");
  },
});
