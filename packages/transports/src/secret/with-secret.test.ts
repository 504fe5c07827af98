import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect as netConnect } from "node:net";
import { defaultLimits, type ErrorReport, RpcError } from "@crosspane/core";
import {
  Conformance,
  memory,
  ScriptedPeer,
  scriptedTransport,
  serveConformance,
} from "@crosspane/core/testing";
import { describe, expect, test } from "vitest";
import { connect, serve } from "../index.js";
import { failOnLeaks } from "../test-support/leaks.js";
import { freshName, usePrivateRuntimeFolder } from "../test-support/links.js";
import { withSecret } from "./with-secret.js";

usePrivateRuntimeFolder();
failOnLeaks();

const secret = "correct horse battery";
const label = Buffer.from("crosspane-secret\x01", "latin1");

function hmac(key: string, role: string, ...nonces: Uint8Array[]): Buffer {
  return createHmac("sha256", key)
    .update(Buffer.concat([label, Buffer.from(role), ...nonces]))
    .digest();
}

/**
 * Longer than a test may take: an event that should come at once, but comes by such a deadline,
 * fails the test.
 */
const tooLateMs = 60_000;

/** A server with the secret that records the errors it could not report to its callers. */
async function serveNoting(endpoint: string) {
  const reports: ErrorReport[] = [];
  const server = await serve(endpoint, [], {
    secret,
    limits: { handshakeTimeoutMs: tooLateMs },
    onError: (report) => reports.push(report),
  });
  return { server, reports };
}

describe.each([
  ["tcp", () => "tcp://127.0.0.1:0"],
  ["pipe", () => `pipe:${freshName()}`],
  ["memory", () => `memory:${freshName()}`],
  ["auto", () => `auto:${freshName()}`],
])("over %s", (_name, address) => {
  test("both sides with the secret connect, as text or as bytes", async () => {
    const { server } = await serveNoting(address());
    const connection = await connect(server.endpoint, { secret: new TextEncoder().encode(secret) });
    expect(server.connections.size).toBe(1);
    await connection.close();
    await server.close();
  });

  test("another secret is unauthenticated on both sides, at once", async () => {
    const { server, reports } = await serveNoting(address());
    await expect(
      connect(server.endpoint, { secret: "another horse battery", timeoutMs: tooLateMs }),
    ).rejects.toMatchObject({ code: "unauthenticated" });
    await expect
      .poll(() => reports.map(({ error }) => (error as RpcError).code))
      .toEqual(["unauthenticated"]);
    expect(server.connections.size).toBe(0);
    await server.close();
  });

  test("a client without a secret gets an error that asks for one", async () => {
    const { server } = await serveNoting(address());
    await expect(connect(server.endpoint, { timeoutMs: tooLateMs })).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringMatching(/asks for a secret.*`secret`/),
    });
    await server.close();
  });

  test("a server without a secret fails the client at once, and names the option", async () => {
    const server = await serve(address(), [], { onError: () => {} });
    await expect(connect(server.endpoint, { secret, timeoutMs: tooLateMs })).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringContaining("`secret`"),
    });
    expect(server.connections.size).toBe(0);
    await server.close();
  });
});

test("calls run as without a secret, in both directions", async () => {
  const transport = withSecret(memory(freshName()), secret);
  const server = await serveConformance(transport);
  const connection = await connect(transport);
  const client = connection.client(Conformance);
  expect(await client.add(1, 2)).toBe(3);
  expect(await client.echoBytes(new Uint8Array(1_000_000))).toHaveLength(1_000_000);
  await connection.close();
  await server.close();
});

describe("the server", () => {
  async function raw() {
    const name = freshName();
    const { server, reports } = await serveNoting(`memory:${name}`);
    const peer = new ScriptedPeer(await memory(name).dial(new AbortController().signal));
    return { server, reports, peer };
  }
  const clientNonce = Buffer.alloc(32, 7);

  test("sends the documented proof, and accepts one", async () => {
    const { server, peer } = await raw();
    peer.send(Buffer.concat([label, clientNonce]));
    const answer = await peer.next();
    const serverNonce = answer.slice(0, 32);
    expect(Buffer.from(answer.slice(32))).toEqual(hmac(secret, "S", clientNonce, serverNonce));
    peer.send(hmac(secret, "C", clientNonce, serverNonce));
    // The hello of docs/wire-protocol.md: a welcome comes back only if the proof was accepted.
    peer.send(
      Buffer.concat([
        Buffer.from("\x96\x00\x00\xa9crosspane\x01\x84", "latin1"),
        Buffer.from("\xafmaxMessageBytes\xce\x00\x01\x00\x00\xb0maxCallsInFlight\x10", "latin1"),
        Buffer.from("\xaamaxNesting\x40\xabmaxElements\xcd\x03\xe8\x90", "latin1"),
      ]),
    );
    expect([...(await peer.next()).subarray(0, 2)]).toEqual([0x95, 1]);
    expect(server.connections.size).toBe(1);
    peer.connection.abort(new RpcError("cancelled", "seen"));
    await server.close();
  });

  test.each([
    ["its own proof, sent back", (server: Uint8Array) => hmac(secret, "S", clientNonce, server)],
    [
      "a proof over the nonces in the other order",
      (server: Uint8Array) => hmac(secret, "C", server, clientNonce),
    ],
    ["a proof with another secret", (server: Uint8Array) => hmac("wrong", "C", clientNonce, server)],
    ["half a proof", (server: Uint8Array) => hmac(secret, "C", clientNonce, server).subarray(0, 16)],
  ])("refuses %s at once and says nothing", async (_what, forge) => {
    const { server, reports, peer } = await raw();
    peer.send(Buffer.concat([label, clientNonce]));
    const answer = await peer.next();
    peer.send(forge(answer.slice(0, 32)));
    await peer.ended();
    expect(peer.received).toEqual([]);
    await expect.poll(() => reports).toMatchObject([{ error: { code: "unauthenticated" } }]);
    await server.close();
  });

  test("uses a new nonce for each connection", async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const { server, peer } = await raw();
      peer.send(Buffer.concat([label, clientNonce]));
      nonces.add(Buffer.from((await peer.next()).slice(0, 32)).toString("hex"));
      peer.connection.abort(new RpcError("cancelled", "seen"));
      await server.close();
    }
    expect(nonces.size).toBe(3);
  });

  test("drops a silent client when the handshake times out", async () => {
    const name = freshName();
    const server = await serve(`memory:${name}`, [], {
      secret,
      limits: { ...defaultLimits, handshakeTimeoutMs: 30 },
      onError: () => {},
    });
    const peer = new ScriptedPeer(await memory(name).dial(new AbortController().signal));
    peer.send(Buffer.concat([label, clientNonce]));
    await peer.ended();
    await server.close();
  });

  test.each([
    ["GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["\x03\x00\x00\x00abc"],
    [`\x31\x00\x00\x00crosspane-secret\x02${"x".repeat(32)}`],
  ])("closes at once on a socket that says %j, without a byte", async (text) => {
    const { server } = await serveNoting("tcp://127.0.0.1:0");
    const link = netConnect(Number(new URL(server.endpoint).port), "127.0.0.1");
    let received = 0;
    link.on("data", (chunk) => (received += chunk.length)).on("error", () => {});
    link.write(Buffer.from(text, "latin1"));
    await once(link, "close");
    expect(received).toBe(0);
    await server.close();
  });
});

describe("the client", () => {
  test("sends an impostor only a nonce and a refusal", async () => {
    const seen: Uint8Array[] = [];
    const impostor = scriptedTransport(async (peer) => {
      seen.push(await peer.next());
      peer.send(Buffer.alloc(64, 1));
      seen.push(await peer.next());
      await peer.ended();
    });
    await expect(connect(impostor, { secret, timeoutMs: tooLateMs })).rejects.toMatchObject({
      code: "unauthenticated",
    });
    await expect.poll(() => seen.map(({ length }) => length)).toEqual([49, 1]);
    expect(seen[1]).toEqual(Uint8Array.of(0));
  });

  test("refuses its own bytes when they are sent back", async () => {
    const mirror = scriptedTransport(async (peer) => {
      const first = await peer.next();
      peer.send(Buffer.concat([first.slice(17), hmac("wrong", "S", first.slice(17), first.slice(17))]));
      await peer.ended();
    });
    await expect(connect(mirror, { secret })).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

test("a secret that is too short is refused on both sides", async () => {
  const short = { secret: "fifteen bytes.." };
  await expect(serve(`memory:${freshName()}`, [], short)).rejects.toMatchObject({ code: "invalidArgument" });
  await expect(connect(`memory:${freshName()}`, short)).rejects.toMatchObject({ code: "invalidArgument" });
});
