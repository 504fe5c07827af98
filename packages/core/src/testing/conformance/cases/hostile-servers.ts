import type { Connection } from "../../../call/connection.js";
import { defaultLimits } from "../../../transport/limits.js";
import type { Transport } from "../../../transport/transport.js";
import { encodeWhole } from "../../../wire/encode.js";
import { encodeCall, encodeCancel } from "../../../wire/messages/call.js";
import { encodeEnd } from "../../../wire/messages/connection.js";
import { encodeWelcome, introduce } from "../../../wire/messages/handshake.js";
import { encodeError, encodeResult } from "../../../wire/messages/result.js";
import type { ScriptedPeer } from "../../scripted-transport.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { cases } from "./case.js";
import { messageKinds } from "./message-kinds.js";
import { nextMessage } from "./raw-peer.js";

const introduction = introduce(defaultLimits, [Conformance.implement({} as Conformance)]);

const add = { target: 0, method: 0 };

/** Starts a server that answers the hello correctly and is then played by the case. */
function welcoming(kit: ConformanceKit, play: (peer: ScriptedPeer) => Promise<void>): Promise<Transport> {
  return kit.script(async (peer) => {
    await peer.next();
    peer.send(encodeWelcome(introduction));
    // The case looks at the client, not at the script.
    await play(peer).catch(() => {});
  });
}

/** Starts a server that answers the hello with these bytes. */
function answering(kit: ConformanceKit, bytes: Uint8Array): Promise<Transport> {
  const answer = new Uint8Array(bytes);
  return kit.script(async (peer) => {
    await peer.next();
    peer.send(answer);
  });
}

/** Answers the calls that arrive by `answer`. */
function answeringCalls(
  kit: ConformanceKit,
  answer: (peer: ScriptedPeer, id: number) => void,
): Promise<Transport> {
  return welcoming(kit, async (peer) => {
    for (;;) {
      const message = await nextMessage(kit, peer);
      if (message.kind === "call") answer(peer, message.id);
    }
  });
}

/** Connects to such a server, which would not answer a goodbye. */
async function meet(kit: ConformanceKit, transport: Transport): Promise<Connection> {
  const connection = await kit.connect({}, transport);
  kit.cleanUp(() => connection.abort());
  return connection;
}

export const hostileServerCases: readonly ConformanceCase[] = cases("malformed peers", {
  "a server of a later version is refused by number": async (kit) => {
    const transport = await answering(kit, encodeWelcome({ ...introduction, version: 2 }));
    await kit.fails(kit.connect({}, transport), "failedPrecondition", "protocol 2");
  },
  "a server that ends instead of a welcome is quoted": async (kit) => {
    const transport = await answering(kit, encodeEnd({ code: "permissionDenied", message: "not you" }));
    await kit.fails(kit.connect({}, transport), "permissionDenied", "not you");
  },
  "a server that answers with something else is none": async (kit) => {
    for (const bytes of [
      Uint8Array.of(0),
      new Uint8Array(encodeResult(0, 1)),
      new Uint8Array(encodeCall(0, add, [])),
    ]) {
      await kit.fails(kit.connect({}, await answering(kit, bytes)), "internal");
    }
  },
  "a second welcome ends the connection and its calls": async (kit) => {
    const transport = await answeringCalls(kit, (peer) => peer.send(encodeWelcome(introduction)));
    const connection = await meet(kit, transport);
    await kit.fails(connection.client(Conformance).add(1, 2), "unavailable", "a second welcome");
    kit.equal((await connection.closed).error?.code, "internal");
  },
  "a second answer to a call ends the connection": async (kit) => {
    const transport = await answeringCalls(kit, (peer, id) => {
      for (let i = 0; i < 2; i++) peer.send(encodeResult(id, 3));
    });
    const connection = await meet(kit, transport);
    kit.equal(await connection.client(Conformance).add(1, 2), 3);
    const { by, error } = await kit.soon(connection.closed, "the end");
    kit.equal([by, error?.code], ["local", "internal"]);
  },
  "an answer of the wrong type fails its call alone": async (kit) => {
    const results = ["three", 3];
    const transport = await answeringCalls(kit, (peer, id) => peer.send(encodeResult(id, results.shift())));
    const service = (await meet(kit, transport)).client(Conformance);
    await kit.fails(
      service.add(1, 2),
      "internal",
      "the peer answered",
      "result: expected number, got string",
    );
    kit.equal(await service.add(1, 2), 3);
  },
  "an error code of a later version is unknown": async (kit) => {
    const transport = await answeringCalls(kit, (peer, id) =>
      peer.send(encodeWhole([messageKinds.error, id, 99, "from the future"])),
    );
    const service = (await meet(kit, transport)).client(Conformance);
    kit.equal((await kit.fails(service.add(1, 2), "unknown")).message, "from the future");
  },
  "an error whose code is a text ends the connection": async (kit) => {
    const transport = await answeringCalls(kit, (peer, id) =>
      peer.send(encodeWhole([messageKinds.error, id, "notFound", "x"])),
    );
    const service = (await meet(kit, transport)).client(Conformance);
    await kit.fails(service.add(1, 2), "unavailable", "code is not a number");
  },
  "a server that cancels what it never called is borne": async (kit) => {
    const transport = await answeringCalls(kit, (peer, id) => {
      peer.send(encodeCancel(id, "cancelled"));
      peer.send(encodeResult(id, 3));
    });
    kit.equal(await (await meet(kit, transport)).client(Conformance).add(1, 2), 3);
  },
  "a server that calls a client that offers nothing is refused": async (kit) => {
    const refused = Promise.withResolvers<string>();
    const transport = await welcoming(kit, async (peer) => {
      peer.send(encodeCall(5, add, []));
      const answer = await nextMessage(kit, peer);
      refused.resolve(answer.kind === "error" ? `${answer.id} ${answer.error.code}` : answer.kind);
    });
    await meet(kit, transport);
    kit.equal(await kit.soon(refused.promise, "the refusal"), "5 unimplemented");
  },
  "an error of an empty message with a stack arrives": async (kit) => {
    const transport = await answeringCalls(kit, (peer, id) =>
      peer.send(encodeError(id, { code: "aborted", message: "", details: undefined, stack: "at x" })),
    );
    const service = (await meet(kit, transport)).client(Conformance);
    kit.equal((await kit.fails(service.add(1, 2), "aborted")).remoteStack, "at x");
  },
});
