import { expect, test } from "vitest";
import { serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits, type Limits } from "../transport/limits.js";
import { encodeCall } from "../wire/messages/call.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import { parseMessage } from "../wire/parse-message.js";

interface Blobs {
  make(bytes: number): Promise<Uint8Array>;
}

class BlobsClient extends rpc.ClientStub implements Blobs {
  make(...args: Parameters<Blobs["make"]>): ReturnType<Blobs["make"]> {
    return rpc.unary(this, 0, args);
  }
}

const Blobs = rpc.defineService<Blobs>({
  name: "Blobs",
  fingerprint: "0",
  methods: [rpc.unaryMethod("make", "1", [rpc.param("bytes", rpc.number)], rpc.bytes)],
  client: BlobsClient,
  dispatch: (service, _method, args) => service.make(...(args as Parameters<Blobs["make"]>)),
});

const blobBytes = 1024 * 1024;

/** Opens a peer that has done its handshake and can stop reading. */
async function open(name: string, limits: Partial<Limits> = {}) {
  let made = 0;
  const server = await serve(
    memory(name),
    [
      Blobs.implement({
        async make(bytes) {
          made++;
          return new Uint8Array(bytes);
        },
      }),
    ],
    { limits, onError: () => {} },
  );
  const peer = new ScriptedPeer(await memory(name).dial(new AbortController().signal));
  peer.send(encodeHello(introduce(defaultLimits, [])));
  await peer.next();
  return { server, peer, made: () => made };
}

/** Sends calls a few at a time, so that earlier ones are answered before later ones arrive. */
async function trickle(peer: ScriptedPeer, calls: number, bytes: number): Promise<void> {
  for (let id = 0; id < calls; id++) {
    peer.send(encodeCall(id, { target: 0, method: 0 }, [bytes]));
    if (id % 5 === 4) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await settle();
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

test("a peer that stops reading is served only as fast as it reads, and loses nothing", async () => {
  const { server, peer, made } = await open("congestion");
  peer.connection.pause();
  const calls = 1000;
  await trickle(peer, calls, blobBytes);
  // A gigabyte is requested. The transport asks for a pause after about a megabyte.
  expect(made()).toBeLessThan(20);

  peer.connection.resume();
  const answered = new Set<number>();
  for (let i = 0; i < calls; i++) {
    const message = parseMessage(await peer.next(), defaultLimits);
    if (message.kind === "result") answered.add(message.id);
  }
  expect(answered.size).toBe(calls);
  await peer.connection.close();
  await server.close();
});

test("calls beyond maxDeferredBytes are refused", async () => {
  const { server, peer } = await open("refusal", { maxDeferredBytes: 100 });
  peer.connection.pause();
  await trickle(peer, 50, blobBytes * 2);
  peer.connection.resume();
  const kinds = new Map<string, number>();
  for (let i = 0; i < 50; i++) {
    const message = parseMessage(await peer.next(), defaultLimits);
    const kind = message.kind === "error" ? message.error.code : message.kind;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  expect(kinds.get("resourceExhausted")).toBeGreaterThan(10);
  expect(kinds.get("result")).toBeGreaterThan(1);
  await peer.connection.close();
  await server.close();
});

test("a peer that keeps calling without ever reading is disconnected", async () => {
  const { server, peer } = await open("abuse", { maxDeferredBytes: 100, maxCallsInFlight: 20 });
  peer.connection.pause();
  await trickle(peer, 100, blobBytes * 2);
  expect(server.connections.size).toBe(0);
  await peer.connection.close();
  await server.close();
});
