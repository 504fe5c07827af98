import { encodeWhole } from "../../../wire/encode.js";
import { encodeCall } from "../../../wire/messages/call.js";
import {
  encodeGone,
  encodeReferences,
  encodeRelease,
  type WireReference,
} from "../../../wire/messages/reference.js";
import { encodeCredit, encodeItems, encodeStop, encodeStreamEnd } from "../../../wire/messages/stream.js";
import type { Message } from "../../../wire/messages/table.js";
import type { ScriptedPeer } from "../../scripted-transport.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { cases } from "./case.js";
import { messageKinds } from "./message-kinds.js";
import { handshake, nextMessage, referenceNumberOf, streamNumberOf } from "./raw-peer.js";

/** The number of the first stream or object of a conformance server; its services come before. */
const firstExport = 4;

const stream = (number: number): WireReference => ({ kind: "stream", number });
const object = (number: number): WireReference => ({ kind: "object", number });
const receiverHosted = (number: number): WireReference => ({ kind: "receiverHosted", number });

const sum = streamNumberOf("sum");
const each = referenceNumberOf("each");

function items(peer: ScriptedPeer, number: number, values: readonly unknown[]): void {
  peer.send(encodeItems(number, values));
}

/** Messages that violate the protocol: the server sends the reason and ends the connection. */
const violations: { readonly [name: string]: (peer: ScriptedPeer) => void } = {
  "references before a message that carries none": (peer) => {
    peer.send(encodeReferences([object(0)]));
    peer.send(encodeRelease(0));
  },
  "references before references": (peer) => {
    peer.send(encodeReferences([object(0)]));
    peer.send(encodeReferences([object(1)]));
  },
  "a number that is used twice": (peer) => {
    for (const id of [0, 1]) {
      peer.send(encodeReferences([object(7)]));
      peer.send(encodeCall(id, each, [[], 0]));
    }
  },
  "a number that is used twice in one list": (peer) => {
    peer.send(encodeReferences([object(7), stream(7)]));
    peer.send(encodeCall(0, each, [[], 0]));
  },
  "an object sent back that was not given": (peer) => {
    peer.send(encodeReferences([receiverHosted(99)]));
    peer.send(encodeCall(0, referenceNumberOf("isMine"), [0]));
  },
  "an object sent back with the highest number": (peer) => {
    peer.send(encodeReferences([receiverHosted(0xffff_ffff)]));
    peer.send(encodeCall(0, referenceNumberOf("isMine"), [0]));
  },
  "a reference of a kind that does not exist": (peer) =>
    peer.send(encodeWhole([messageKinds.references, [3, 0]])),
  "references without a number": (peer) => peer.send(encodeWhole([messageKinds.references, [0, 1, 0]])),
  "references that are no array": (peer) => peer.send(encodeWhole([messageKinds.references, 5])),
  "references with a negative number": (peer) => peer.send(encodeWhole([messageKinds.references, [0, -1]])),
  "items of a stream that was not begun": (peer) => items(peer, 5, [1]),
  "items of the highest number": (peer) => items(peer, 0xffff_ffff, [1]),
  "the end of a stream that was not begun": (peer) => peer.send(encodeStreamEnd(5)),
  "credit for a stream that was not begun": (peer) => peer.send(encodeCredit(99, 1)),
  "credit that is no number": (peer) => peer.send(encodeWhole([messageKinds.credit, 3, "many"])),
  "a stop of a stream that was not begun": (peer) => peer.send(encodeStop(0xffff_ffff)),
  "a release of what is not held": (peer) => peer.send(encodeRelease(99)),
  "a release of a service": (peer) => peer.send(encodeRelease(0)),
  "the end of an object that was not given": (peer) => peer.send(encodeGone(5)),
  "the end of a stream as that of an object": (peer) => {
    begin(peer);
    peer.send(encodeGone(0));
  },
  "items that are no array": (peer) => {
    begin(peer);
    peer.send(encodeWhole([messageKinds.items, 0, 5]));
  },
  "items that are cut off": (peer) => {
    begin(peer);
    const whole = new Uint8Array(encodeItems(0, [1, 2, "three"]));
    peer.send(whole.subarray(0, whole.length - 2));
  },
  "items after the end": (peer) => {
    begin(peer);
    peer.send(encodeStreamEnd(0));
    items(peer, 0, [1]);
  },
  "items without credit": (peer) => {
    peer.send(encodeReferences([stream(0)]));
    peer.send(encodeCall(0, streamNumberOf("ignore"), ["a key that nobody releases", 0]));
    for (let i = 0; i < 3; i++) items(peer, 0, [new Uint8Array(60_000)]);
  },
};

/** Makes a call whose argument is the stream 0. */
function begin(peer: ScriptedPeer): void {
  peer.send(encodeReferences([stream(0)]));
  peer.send(encodeCall(0, sum, [0]));
}

/**
 * Returns the next message that is not a release, stop or credit. The references of a refused
 * message are released as well.
 */
async function nextAnswer(kit: ConformanceKit, peer: ScriptedPeer, seen: Message[] = []): Promise<Message> {
  for (;;) {
    const message = await nextMessage(kit, peer);
    if (!["release", "stop", "credit"].includes(message.kind)) return message;
    seen.push(message);
  }
}

/** Expects that a call is refused, all its references are released, and the connection lives. */
async function refused(
  kit: ConformanceKit,
  peer: ScriptedPeer,
  givenBack: { readonly releases: number; readonly stops: number },
): Promise<void> {
  const seen: Message[] = [];
  const answer = await nextAnswer(kit, peer, seen);
  kit.isTrue(
    answer.kind === "error" && answer.error.code === "invalidArgument",
    `no refusal: ${answer.kind}`,
  );
  peer.send(encodeCall(1, referenceNumberOf("flaky"), [kit.key(), 0]));
  const alive = await nextAnswer(kit, peer, seen);
  kit.equal(alive.kind, "result");
  const count = (kind: Message["kind"]) => seen.filter((message) => message.kind === kind).length;
  kit.equal({ releases: count("release"), stops: count("stop") }, givenBack);
  // Answers a stop.
  for (const message of seen) if (message.kind === "stop") peer.send(encodeStreamEnd(message.stream));
}

export const malformedReferenceCases: readonly ConformanceCase[] = [
  ...Object.entries(violations).map(([name, misbehave]) => ({
    group: "malformed peers",
    name: `${name}: the connection ends with a reason, and no other`,
    run: async (kit: ConformanceKit) => {
      const bystander = (await kit.connect()).client(ConformanceReferences);
      const peer = await handshake(kit);
      misbehave(peer);
      for (;;) {
        const message = await nextMessage(kit, peer);
        if (message.kind !== "end") continue;
        kit.equal(message.code, "internal");
        break;
      }
      await kit.soon(peer.ended(), "the end of the connection");
      kit.equal(await bystander.flaky(kit.key(), 0), 1);
    },
  })),
  ...cases("malformed peers", {
    "a place that is used twice is refused": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeReferences([object(0)]));
      peer.send(encodeCall(0, referenceNumberOf("incrementAll"), [[0, 0]]));
      await refused(kit, peer, { releases: 1, stops: 0 });
    },
    "a place that is not in the list is refused": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeReferences([object(0)]));
      peer.send(encodeCall(0, referenceNumberOf("isMine"), [1]));
      await refused(kit, peer, { releases: 1, stops: 0 });
    },
    "a place without a list is refused": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeCall(0, referenceNumberOf("isMine"), [0]));
      await refused(kit, peer, { releases: 0, stops: 0 });
    },
    "a stream for a service and a service for a stream are refused": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeReferences([stream(0)]));
      peer.send(encodeCall(0, referenceNumberOf("isMine"), [0]));
      await refused(kit, peer, { releases: 0, stops: 1 });
      peer.send(encodeReferences([object(1)]));
      peer.send(encodeCall(2, sum, [0]));
      await refused(kit, peer, { releases: 1, stops: 0 });
    },
    "a function that is sent back as one of another type is refused": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeCall(2, referenceNumberOf("adder"), [1]));
      const list = await nextMessage(kit, peer);
      const number = list.kind === "references" ? (list.references[0]?.number ?? -1) : -1;
      kit.equal((await nextMessage(kit, peer)).kind, "result");
      peer.send(encodeReferences([receiverHosted(number)]));
      peer.send(encodeCall(0, each, [[1], 0]));
      await refused(kit, peer, { releases: 0, stops: 0 });
      peer.send(encodeRelease(number));
    },
    "references that the arguments do not use are given back": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeReferences([object(0), stream(1), object(2)]));
      peer.send(encodeCall(0, referenceNumberOf("adder"), ["no number"]));
      await refused(kit, peer, { releases: 2, stops: 1 });
    },
    "an item that is not of its type fails the call that reads it, and stops the stream": async (kit) => {
      const peer = await handshake(kit);
      begin(peer);
      items(peer, 0, [1, "two", 3]);
      const seen: Message[] = [];
      const answer = await nextAnswer(kit, peer, seen);
      kit.isTrue(answer.kind === "error" && answer.error.code === "internal", "no error");
      kit.isTrue(
        seen.some(({ kind }) => kind === "stop"),
        "no stop",
      );
      peer.send(encodeStreamEnd(0));
    },
    "credit, stops and cancels for what is over are ignored": async (kit) => {
      const peer = await handshake(kit);
      peer.send(encodeCall(0, streamNumberOf("count"), [1]));
      const kinds: string[] = [];
      while (kinds.at(-1) !== "streamEnd") kinds.push((await nextMessage(kit, peer)).kind);
      kit.equal(kinds, ["references", "result", "items", "streamEnd"]);
      peer.send(encodeCredit(firstExport, 1_000));
      peer.send(encodeStop(firstExport));
      peer.send(encodeCredit(firstExport, 0xffff_ffff));
      peer.send(encodeCall(1, referenceNumberOf("flaky"), [kit.key(), 0]));
      kit.equal((await nextMessage(kit, peer)).kind, "result");
    },
    "a stop for the same stream, often, is answered with one end": async (kit) => {
      const peer = await handshake(kit);
      const key = kit.key();
      peer.send(encodeCall(0, streamNumberOf("silent"), [key]));
      kit.equal((await nextMessage(kit, peer)).kind, "references");
      kit.equal((await nextMessage(kit, peer)).kind, "result");
      for (let i = 0; i < 100; i++) peer.send(encodeStop(firstExport));
      kit.equal((await nextMessage(kit, peer)).kind, "streamEnd");
      peer.send(encodeCall(1, referenceNumberOf("flaky"), [key, 0]));
      kit.equal((await nextMessage(kit, peer)).kind, "result");
    },
    "a peer that hands out more references than may be held is refused, and lives": async (kit) => {
      const own = await kit.serve({ limits: { maxReferences: 100 } });
      const peer = await handshake(kit, { transport: own.transport });
      const many = Array.from({ length: 101 }, (_, number) => object(number));
      peer.send(encodeReferences(many));
      peer.send(encodeCall(0, referenceNumberOf("incrementAll"), [many.map((_, place) => place)]));
      const seen: Message[] = [];
      const answer = await nextAnswer(kit, peer, seen);
      kit.isTrue(answer.kind === "error" && answer.error.code === "resourceExhausted", "no refusal");
      peer.send(encodeCall(1, referenceNumberOf("flaky"), [kit.key(), 0]));
      kit.equal((await nextAnswer(kit, peer, seen)).kind, "result");
      kit.equal(seen.length, 101);
    },
    "a peer that vanishes with references and streams in both directions leaves nothing": async (kit) => {
      const service = (await kit.connect()).client(ConformanceReferences);
      const peer = await handshake(kit);
      const key = kit.key();
      peer.send(encodeCall(0, referenceNumberOf("counter"), [key, 1]));
      kit.equal((await nextMessage(kit, peer)).kind, "references");
      kit.equal((await nextMessage(kit, peer)).kind, "result");
      peer.send(encodeReferences([stream(0)]));
      peer.send(encodeCall(1, streamNumberOf("double"), [0]));
      items(peer, 0, [1, 2, 3]);
      await nextAnswer(kit, peer);
      await peer.connection.close();
      await kit.until(async () => (await service.counterState(key)).disposed === 1, "the disposal");
    },
  }),
];
