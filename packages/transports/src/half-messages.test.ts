import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { connect, serve } from "@crosspane/core";
import { describe, expect, test } from "vitest";
import { failOnLeaks } from "./test-support/leaks.js";
import { kinds, usePrivateRuntimeFolder } from "./test-support/links.js";
import { Load, loadImplementation } from "./test-support/load/load-service.js";

usePrivateRuntimeFolder();
failOnLeaks();

const tooLateMs = 60_000;

/** The hello of docs/wire-protocol.md. */
const hello = Buffer.concat([
  Buffer.from("\x96\x00\x00\xa9crosspane\x01\x84", "latin1"),
  Buffer.from("\xafmaxMessageBytes\xce\x00\x01\x00\x00\xb0maxCallsInFlight\x10", "latin1"),
  Buffer.from("\xaamaxNesting\x40\xabmaxElements\xcd\x03\xe8\x90", "latin1"),
]);

function header(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes;
}

describe.each(kinds)("over $name", ({ fresh, dialer, raw }) => {
  test("admitted clients that stop inside a message are dropped, and no one else is", async () => {
    const server = await serve(fresh(), [loadImplementation], {
      limits: { messageStallMs: 100, handshakeTimeoutMs: tooLateMs },
    });
    const connection = await connect(dialer(server.endpoint));
    const at = await raw(server.endpoint);
    const halves = [header(1 << 24).subarray(0, 3), header(1 << 24), Buffer.concat([header(1 << 24), hello])];
    const clients = halves.map((half) => {
      const client = connectSocket(at);
      client.on("error", () => {}).resume();
      client.write(Buffer.concat([header(hello.length), hello, half]));
      return once(client, "close");
    });
    await Promise.all(clients);
    await expect.poll(() => server.connections.size).toBe(1);
    expect(await connection.client(Load).add(1, 1)).toBe(2);
    await connection.close();
    await server.close();
  });
});
