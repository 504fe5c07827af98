/**
 * Sends a server with little memory messages that exhaust decoders: run it with
 * `--max-old-space-size=128`. For each message prints its name and the milliseconds of processor
 * time until the server has answered the next honest call.
 */
import { connect } from "@crosspane/core";
import {
  Conformance,
  memory,
  ScriptedPeer,
  scriptedTransport,
  serveConformance,
} from "@crosspane/core/testing";

/**
 * The type of a call message, and the number of the method in its service: docs/wire-protocol.md.
 */
const call = 3;
const megabyte = 1024 * 1024;

/** Encodes a call of `echo(value: unknown)` with this argument. */
function callWith(id: number, argument: Uint8Array): Uint8Array {
  const id8 = id & 0x7f;
  return Buffer.concat([Uint8Array.of(0x95, call, id8, 0, 0, 0x91), argument]);
}

const repeat = (count: number, ...bytes: number[]) =>
  Buffer.alloc(count * bytes.length, Uint8Array.from(bytes));
const array32 = (count: number, items: Uint8Array) => {
  const head = Buffer.from([0xdd, 0, 0, 0, 0]);
  head.writeUInt32BE(count, 1);
  return Buffer.concat([head, items]);
};
const map32 = (count: number, items: Uint8Array) => {
  const bytes = array32(count, items);
  bytes[0] = 0xdf;
  return bytes;
};
const text32 = (bytes: Uint8Array, type = 0xdb) => {
  const whole = array32(bytes.length, bytes);
  whole[0] = type;
  return whole;
};
const keys = (count: number) =>
  Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      Buffer.from([0xa5, ...Buffer.from(i.toString(36).padStart(5, "k")), 1]),
    ),
  );

const bombs: Readonly<Record<string, () => Uint8Array>> = {
  "an array that claims 4 billion items": () => Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff),
  "24,000 nested arrays that claim 65,535 items": () => repeat(24_000, 0xdc, 0xff, 0xff),
  "a million nested arrays": () => repeat(megabyte, 0x91),
  "a million nested maps": () => repeat(megabyte, 0x81, 0xa0),
  "4 million empty maps": () => array32(4 * megabyte, repeat(4 * megabyte, 0x80)),
  "900,000 empty maps": () => array32(900_000, repeat(900_000, 0x80)),
  "900,000 numbers": () => array32(900_000, repeat(900_000, 0xcb, 1, 2, 3, 4, 5, 6, 7, 8)),
  "900,000 empty texts": () => array32(900_000, repeat(900_000, 0xa0)),
  "200,000 properties": () => map32(200_000, keys(200_000)),
  "the same property 400,000 times": () => map32(400_000, repeat(400_000, 0xa1, 0x61, 1)),
  "a text of 15 MiB": () => text32(repeat(15 * megabyte, 0x61)),
  "a text of 15 MiB that is no UTF-8": () => text32(repeat(15 * megabyte, 0xff)),
  "15 MiB of bytes": () => text32(repeat(15 * megabyte, 7), 0xc6),
  "a bigint extension of 15 MiB": () =>
    Buffer.concat([Uint8Array.of(0xc9, 0, 0xf0, 0, 0, 0x42), repeat(15 * megabyte, 0xff)]),
  "a record, a regular expression, an error": () =>
    Buffer.from([0x93, 0xd4, 0x72, 0x40, 0xd4, 0x78, 0, 0xd4, 0x65, 0]),
};

const transport = memory("bombs");
const server = await serveConformance(transport);
const honest = await connect(transport);
const service = honest.client(Conformance);
const hello = await helloOfAClient();
let id = 0;
for (const [name, make] of Object.entries(bombs)) {
  const argument = make();
  const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
  peer.send(hello);
  await peer.next();
  const before = process.cpuUsage();
  peer.connection.send(callWith(++id, argument));
  // An answer, or the end of the connection.
  await Promise.race([peer.next().catch(() => {}), peer.ended()]);
  if ((await service.add(id, 1)) !== id + 1) throw new Error("a wrong answer");
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify([name, (user + system) / 1000])}\n`);
  peer.received.length = 0;
  await peer.connection.close();
}
await honest.close();
await server.close();

/** Returns the first message of a client. */
async function helloOfAClient(): Promise<Uint8Array> {
  const giveUp = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const script = scriptedTransport((peer) => void peer.next().then(resolve));
  connect(script, { signal: giveUp.signal }).catch(() => {});
  const bytes = await promise;
  giveUp.abort();
  return bytes;
}
