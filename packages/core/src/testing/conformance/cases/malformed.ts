import { RpcError } from "../../../errors/rpc-error.js";
import { defaultLimits } from "../../../transport/limits.js";
import { encodeWhole } from "../../../wire/encode.js";
import { encodeCall } from "../../../wire/messages/call.js";
import { encodeGoodbye } from "../../../wire/messages/connection.js";
import { encodeHello, introduce } from "../../../wire/messages/handshake.js";
import { encodeResult } from "../../../wire/messages/result.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { cases } from "./case.js";
import { messageKinds } from "./message-kinds.js";
import { handshake, nextMessage, numberOf } from "./raw-peer.js";

/** First messages that are not a hello: the server answers none of them and ends the connection. */
const strangers: { readonly [name: string]: readonly number[] | Uint8Array } = {
  "one zero byte": [0],
  "text of another protocol": new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
  "an empty array": [0x90],
  "a map": [0x81, 0xa1, 0x61, 1],
  "an unknown kind": [0x92, 0x7f, 0],
  "a call before the handshake": [0x95, messageKinds.call, 0, 0, 0, 0x90],
  "a welcome": [0x92, messageKinds.welcome, 0],
  "a hello without the magic": [0x93, messageKinds.hello, 0, 0xa1, 0x78],
  "a hello that is cut off": new Uint8Array(encodeHello(introduce(defaultLimits, []))).subarray(0, 20),
};

/**
 * Messages after the handshake that violate the protocol: the server sends the reason and ends the
 * connection.
 */
const violations: { readonly [name: string]: readonly number[] | Uint8Array } = {
  "a number": [1],
  "an unknown kind": [0x92, 0x7f, 0],
  "an array that claims more items than there are bytes": [0xdd, 0xff, 0xff, 0xff, 0xff],
  "a call without arguments": [0x94, messageKinds.call, 0, 0, 0],
  "a call whose arguments are a map": [0x95, messageKinds.call, 0, 0, 0, 0x80],
  "a call with a negative id": [0x95, messageKinds.call, 0xff, 0, 0, 0x90],
  "a call with a 64-bit id": [0x95, messageKinds.call, 0xcf, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0x90],
  "bytes after the message": [0x95, messageKinds.call, 0, 0, 0, 0x90, 0],
  "the byte 0xc1": [0x95, messageKinds.call, 0, 0, 0, 0x91, 0xc1],
  "an extension that is not allowed": [0x95, messageKinds.call, 0, 0, 0, 0x91, 0xd4, 0x72, 0x40],
  "a regular expression of msgpackr": [0x95, messageKinds.call, 0, 0, 0, 0x91, 0xd4, 0x78, 0],
  "an extension that claims 4 GiB": [
    0x95,
    messageKinds.call,
    0,
    0,
    0,
    0x91,
    0xc9,
    0xff,
    0xff,
    0xff,
    0xff,
    0x42,
  ],
  "a string that is longer than the message": [
    0x95,
    messageKinds.call,
    0,
    0,
    0,
    0x91,
    0xdb,
    0x7f,
    0xff,
    0xff,
    0xff,
  ],
  "a map with the key __proto__": [
    ...[0x95, messageKinds.call, 0, 0, 0, 0x91, 0x81, 0xa9],
    ...new TextEncoder().encode("__proto__"),
    0x80,
  ],
  "a map with a number for a key": [0x95, messageKinds.call, 0, 0, 0, 0x91, 0x81, 1, 1],
  "an answer to a call that was not made": [0x93, messageKinds.result, 5, 0xc0],
  "an error for a call that was not made": [0x94, messageKinds.error, 5, 13, 0xa0],
  "metadata that is no map of strings": [0x97, messageKinds.call, 0, 0, 0, 0x90, 0xc0, 0x81, 0xa1, 0x61, 1],
  "metadata that is an array": [0x97, messageKinds.call, 0, 0, 0, 0x90, 0xc0, 0x92, 0xa1, 0x61, 0xa1, 0x62],
  "metadata that is a date": [0x97, messageKinds.call, 0, 0, 0, 0x90, 0xc0, 0xd6, 0xff, 0, 0, 0, 1],
  "metadata that is bytes": [0x97, messageKinds.notify, 0, 0, 0, 0x90, 0xc0, 0xc4, 1, 1],
  "metadata that is a number": [0x97, messageKinds.call, 0, 0, 0, 0x90, 0xc0, 1],
  "metadata that is a text": [0x97, messageKinds.call, 0, 0, 0, 0x90, 0xc0, 0xa1, 0x61],
  "a timeout that is not a number": [
    0x96,
    messageKinds.call,
    0,
    0,
    0,
    0x90,
    0xcb,
    0x7f,
    0xf8,
    0,
    0,
    0,
    0,
    0,
    0,
  ],
  "a timeout without an end": [0x96, messageKinds.call, 0, 0, 0, 0x90, 0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
  "a timeout over 2^53": [0x96, messageKinds.call, 0, 0, 0, 0x90, 0xcf, 255, 0, 0, 0, 0, 0, 0, 0],
  "a timeout that is a text": [0x96, messageKinds.call, 0, 0, 0, 0x90, 0xa1, 0x31],
  "a goodbye with a text for a number": [0x92, messageKinds.goodbye, 0xa1, 0x61],
  "a goodbye without a number": [0x91, messageKinds.goodbye],
  "an end with a float for a number": [0x94, messageKinds.end, 0xca, 0, 0, 0, 0, 13, 0xa0],
  "a credit of a negative number": [0x93, messageKinds.credit, 1, 0xff],
  "a credit of a float": [0x93, messageKinds.credit, 1, 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  "a release of a text": [0x92, messageKinds.release, 0xa1, 0x61],
  "a ping of nil": [0x92, messageKinds.ping, 0xc0],
  "items that are a map": [0x93, messageKinds.items, 1, 0x80],
  "an error whose text is a number": [0x94, messageKinds.error, 5, 13, 1],
  "an error whose code is a text": [0x94, messageKinds.error, 5, 0xa1, 0x61, 0xa0],
  "references that are a map": [0x92, messageKinds.references, 0x80],
  "a reference of an unknown kind": [0x92, messageKinds.references, 0x92, 9, 1],
  "a negative timeout": [0x96, messageKinds.call, 0, 0, 0, 0x90, 0xff],
  "a second hello": new Uint8Array(encodeHello(introduce(defaultLimits, []))),
};

export const malformedCases: readonly ConformanceCase[] = [
  ...Object.entries(strangers).map(([name, bytes]) => ({
    group: "malformed peers",
    name: `a stranger whose first message is ${name} hears nothing and is dropped`,
    run: async (kit: ConformanceKit) => {
      const peer = await kit.raw();
      peer.send(bytes);
      await kit.soon(peer.ended(), "the end of the connection");
      kit.equal(peer.received.length, 0);
    },
  })),
  ...Object.entries(violations).map(([name, bytes]) => ({
    group: "malformed peers",
    name: `${name} ends the connection with a reason, and only that connection`,
    run: async (kit: ConformanceKit) => {
      const bystander = await kit.client();
      const peer = await handshake(kit);
      peer.send(bytes);
      const end = await nextMessage(kit, peer);
      kit.equal(end.kind, "end");
      if (end.kind === "end") kit.equal(end.code, "internal");
      await kit.soon(peer.ended(), "the end of the connection");
      kit.equal(await bystander.add(1, 1), 2);
    },
  })),
  ...cases("malformed peers", {
    "an unknown method number is refused and the connection lives": async (kit) => {
      const peer = await handshake(kit);
      for (const to of [
        { target: 0, method: 999 },
        { target: 7, method: 0 },
      ]) {
        peer.send(encodeCall(3, to, []));
        const answer = await nextMessage(kit, peer);
        kit.isTrue(
          answer.kind === "error" && answer.id === 3 && answer.error.code === "unimplemented",
          "no refusal",
        );
      }
    },
    "arguments of the wrong type are refused at the server by path": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeCall(1, numberOf("add"), [1, "two"]));
      const answer = await nextMessage(kit, peer);
      kit.isTrue(answer.kind === "error" && answer.error.code === "invalidArgument", "no refusal");
      if (answer.kind === "error")
        kit.isTrue(answer.error.message.includes("b: expected number, got string"), answer.error.message);
    },
    "more arguments than parameters are refused": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeCall(1, numberOf("add"), [1, 2, 3]));
      const answer = await nextMessage(kit, peer);
      kit.isTrue(answer.kind === "error" && answer.error.code === "invalidArgument", "no refusal");
    },
    "an id used twice at once ends the connection": async (kit) => {
      const peer = await handshake(kit);
      for (let i = 0; i < 2; i++) peer.send(encodeCall(4, numberOf("hold"), [kit.key()]));
      const end = await nextMessage(kit, peer);
      kit.isTrue(end.kind === "end" && end.message.includes("id 4"), "no end that names the id");
    },
    "a cancellation of no call is ignored": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeWhole([messageKinds.cancel, 99, 1]));
      peer.send(encodeCall(0, numberOf("add"), [1, 2]));
      const answer = await nextMessage(kit, peer);
      kit.isTrue(answer.kind === "result" && answer.value === 3, "no result");
    },
    "a goodbye is answered with a goodbye, and calls go on until the end": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeGoodbye());
      kit.equal((await nextMessage(kit, peer)).kind, "goodbye");
      peer.send(encodeCall(0, numberOf("add"), [1, 2]));
      kit.equal((await nextMessage(kit, peer)).kind, "result");
    },
    "a peer that vanishes in the middle of a call is cleaned up": async (kit) => {
      const peer = await handshake(kit);
      const service = await kit.client();
      const key = kit.key();
      peer.send(encodeCall(0, numberOf("hold"), [key]));
      await kit.until(async () => (await service.held(key)).started, "the start of the handler");
      peer.connection.abort(new RpcError("aborted", "gone"));
      await kit.until(async () => (await service.held(key)).aborted === "cancelled", "the abort");
    },
    "an answer that nobody asked for is not given to a later call": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeResult(0, 1));
      kit.equal((await nextMessage(kit, peer)).kind, "end");
    },
  }),
];
