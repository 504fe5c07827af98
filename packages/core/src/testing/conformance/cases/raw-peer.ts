import { defaultLimits, type Limits } from "../../../transport/limits.js";
import type { Transport } from "../../../transport/transport.js";
import { encodeHello, introduce } from "../../../wire/messages/handshake.js";
import type { Message } from "../../../wire/messages/table.js";
import { parseMessage } from "../../../wire/parse-message.js";
import type { ScriptedPeer } from "../../scripted-transport.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceKit } from "../conformance-kit.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { ConformanceStreams } from "../streams.crosspane.js";

/** Returns the number of a method of the conformance service at a server that offers no other. */
export function numberOf(name: string) {
  return { target: 0, method: Conformance.definition.methods.findIndex((method) => method.name === name) };
}

/** Makes a raw client that has done the handshake and offers nothing. */
export async function handshake(
  kit: ConformanceKit,
  { transport, limits }: { readonly transport?: Transport; readonly limits?: Partial<Limits> } = {},
): Promise<ScriptedPeer> {
  const peer = await kit.raw(transport);
  peer.send(encodeHello(introduce({ ...defaultLimits, ...limits }, [])));
  const welcome = await nextMessage(kit, peer);
  kit.equal(welcome.kind, "welcome");
  return peer;
}

/** Returns the next message of the other side. */
export async function nextMessage(kit: ConformanceKit, peer: ScriptedPeer): Promise<Message> {
  return parseMessage(await kit.soon(peer.next(), "an answer"), defaultLimits);
}

/** Returns the number of a method of the references at a conformance server. */
export function referenceNumberOf(name: string) {
  return { target: 2, method: methodNumber(ConformanceReferences.definition.methods, name) };
}

/** Returns the number of a method of the streams at a conformance server. */
export function streamNumberOf(name: string) {
  return { target: 1, method: methodNumber(ConformanceStreams.definition.methods, name) };
}

function methodNumber(methods: readonly { readonly name: string }[], wanted: string): number {
  return methods.findIndex(({ name }) => name === wanted);
}
