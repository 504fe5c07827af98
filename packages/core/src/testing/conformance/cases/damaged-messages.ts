import { defaultLimits } from "../../../transport/limits.js";
import { encodeWhole } from "../../../wire/encode.js";
import { encodeCall, encodeNotify } from "../../../wire/messages/call.js";
import { encodeEnd, encodeGoodbye } from "../../../wire/messages/connection.js";
import { encodeHello, introduce, protocolMagic } from "../../../wire/messages/handshake.js";
import { parseMessage } from "../../../wire/parse-message.js";
import type { ScriptedPeer } from "../../scripted-transport.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { cases } from "./case.js";
import { messageKinds } from "./message-kinds.js";
import { handshake, nextMessage, numberOf } from "./raw-peer.js";

/** An id from which no damage of one bit leads to another id in use. */
const probeId = 77;

const limits = { maxMessageBytes: 65_536, maxCallsInFlight: 10, maxNesting: 10, maxElements: 100 };

/** Invalid hellos, though each is well-formed MessagePack and begins correctly. */
const wrongHellos: { readonly [name: string]: readonly unknown[] } = {
  "version 0": [0, limits, []],
  "a version that is a text": ["1", limits, []],
  "no limits": [1, null, []],
  "a limit of 0": [1, { ...limits, maxNesting: 0 }, []],
  "a limit beyond 32 bits": [1, { ...limits, maxElements: 2 ** 32 }, []],
  "a limit for messages that no error fits": [1, { ...limits, maxMessageBytes: 100 }, []],
  "services that are a map": [1, limits, {}],
  "a service that is a text": [1, limits, ["Inventory"]],
  "a method without a fingerprint": [1, limits, [["Inventory", "0", [["get", false]]]]],
};

export const damagedMessageCases: readonly ConformanceCase[] = cases("malformed peers", {
  "a hello that says what it may not is dropped": async (kit) => {
    for (const [name, fields] of Object.entries(wrongHellos)) {
      const peer = await kit.raw();
      peer.send(encodeWhole([messageKinds.hello, 0, protocolMagic, ...fields]));
      await kit.soon(peer.ended(), `the end after ${name}`);
      kit.isTrue(peer.received.length === 0, `a hello with ${name} was answered`);
    }
  },
  "a hello that is cut off at any byte is dropped": async (kit) => {
    const hello = new Uint8Array(encodeHello(introduce(defaultLimits, [])));
    for (let length = 1; length < hello.length; length += length < 20 ? 1 : 7) {
      const peer = await kit.raw();
      peer.send(hello.subarray(0, length));
      await kit.soon(peer.ended(), `the end after ${length} bytes`);
      kit.isTrue(peer.received.length === 0, `${length} bytes of a hello were answered`);
    }
  },
  "a hello of a later version is answered in ours": async (kit) => {
    const peer = await kit.raw();
    peer.send(encodeHello({ ...introduce(defaultLimits, []), version: 7 }));
    const welcome = await nextMessage(kit, peer);
    kit.isTrue(welcome.kind === "welcome" && welcome.version === 1, `the server answered ${welcome.kind}`);
    peer.send(encodeCall(0, numberOf("add"), [1, 2]));
    kit.equal((await nextMessage(kit, peer)).kind, "result");
  },
  "a hello with more fields than this version knows is taken": async (kit) => {
    const peer = await kit.raw();
    peer.send(encodeWhole([messageKinds.hello, 0, protocolMagic, 1, { ...limits, maxMood: 5 }, [], "more"]));
    kit.equal((await nextMessage(kit, peer)).kind, "welcome");
  },
  "a call that is cut off at any byte ends its connection alone": async (kit) => {
    const bystander = await kit.client();
    const call = new Uint8Array(encodeCall(300, numberOf("echoText"), ["a text"]));
    for (let length = 1; length < call.length; length++) {
      const peer = await handshake(kit);
      peer.send(call.subarray(0, length));
      kit.isTrue((await nextMessage(kit, peer)).kind === "end", `${length} bytes of a call were taken`);
      await kit.soon(peer.ended(), "the end of the connection");
    }
    kit.equal(await bystander.add(1, 1), 2);
  },
  "a call with any one bit turned harms nobody else": async (kit) => {
    const bystander = await kit.client();
    const call = new Uint8Array(encodeCall(1, numberOf("add"), [1, 2]));
    let peer = await handshake(kit);
    for (let bit = 0; bit < call.length * 8; bit++) {
      const damaged = call.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      peer.send(damaged);
      peer.send(encodeCall(probeId, numberOf("add"), [3, 4]));
      if (!(await probed(kit, peer))) peer = await handshake(kit);
    }
    kit.equal(await bystander.add(1, 1), 2);
  },
  "a call that is nested too deep fails alone": async (kit) => {
    const peer = await handshake(kit);
    peer.send(encodeCall(1, numberOf("echo"), [nested(defaultLimits.maxNesting + 1)]));
    const answer = await nextMessage(kit, peer);
    kit.isTrue(answer.kind === "error" && answer.error.code === "resourceExhausted", "no refusal");
    kit.isTrue(await answers(kit, peer), "the connection is over");
  },
  "a one-way call that is nested too deep is dropped alone": async (kit) => {
    const peer = await handshake(kit);
    const depth = defaultLimits.maxNesting + 1;
    peer.send(encodeNotify(numberOf("note"), [kit.key(), nested(depth)]));
    kit.isTrue(await answers(kit, peer), "the connection is over");
  },
  "a method of one answer called one-way, and the reverse, are refused": async (kit) => {
    const peer = await handshake(kit);
    const key = kit.key();
    peer.send(encodeNotify(numberOf("hold"), [key]));
    peer.send(encodeCall(1, numberOf("note"), [key, "line"]));
    const answer = await nextMessage(kit, peer);
    kit.isTrue(answer.kind === "error" && answer.error.code === "unimplemented", "no refusal");
    const service = await kit.client();
    kit.equal([(await service.held(key)).started, await service.notes(key)], [false, []]);
  },
  "a wrong one-way call is dropped alone": async (kit) => {
    const peer = await handshake(kit);
    for (const args of [[1, 2], [], ["key", "line", "more"]]) peer.send(encodeNotify(numberOf("note"), args));
    kit.isTrue(await answers(kit, peer), "the connection is over");
  },
  "a second goodbye is as good as one": async (kit) => {
    const peer = await handshake(kit);
    peer.send(encodeGoodbye());
    peer.send(encodeGoodbye());
    kit.equal((await nextMessage(kit, peer)).kind, "goodbye");
    kit.isTrue(await answers(kit, peer), "the connection is over");
  },
  "an end in the middle of a call ends its handler": async (kit) => {
    const [peer, service] = [await handshake(kit), await kit.client()];
    const key = kit.key();
    peer.send(encodeCall(0, numberOf("hold"), [key]));
    await kit.until(async () => (await service.held(key)).started, "the start of the handler");
    peer.send(encodeEnd({ code: "internal", message: "enough" }));
    await kit.until(async () => (await service.held(key)).aborted === "cancelled", "the abort");
    await kit.soon(peer.ended(), "the end of the connection");
  },
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

/** Returns true if a call is answered by the very next message. */
async function answers(kit: ConformanceKit, peer: ScriptedPeer): Promise<boolean> {
  peer.send(encodeCall(probeId, numberOf("add"), [3, 4]));
  const answer = await nextMessage(kit, peer);
  return answer.kind === "result" && answer.id === probeId && answer.value === 7;
}

/**
 * Returns true if the answer to the probe comes, after any other messages, and false if the
 * connection ends.
 */
async function probed(kit: ConformanceKit, peer: ScriptedPeer): Promise<boolean> {
  for (;;) {
    const bytes = await kit.soon(
      peer.next().catch(() => undefined),
      "an answer or the end",
    );
    if (bytes === undefined) return false;
    const message = parseMessage(bytes, defaultLimits);
    if (message.kind === "result" && message.id === probeId) {
      kit.equal(message.value, 7);
      return true;
    }
  }
}
