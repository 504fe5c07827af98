import { connect as connectSocket } from "node:net";
import { networkInterfaces } from "node:os";
import { connect, serve } from "@crosspane/core";
import { expect, test } from "vitest";
import { withSecret } from "./secret/with-secret.js";
import { socket } from "./socket/index.js";
import { Load, loadImplementation } from "./test-support/load/load-service.js";

/** Bytes that a browser of any user of the machine may send to one of its ports. */
const requests = [
  "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "POST /call HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\n\x00\x00\x00\x00",
  "OPTIONS * HTTP/1.1\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];

/**
 * Longer than a test may take: an event that should come at once, but comes by such a deadline,
 * fails the test.
 */
const tooLateMs = 60_000;
const limits = { handshakeTimeoutMs: tooLateMs };

/** Returns everything that is answered until the end. */
function say(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const client = connectSocket({ port, host: "127.0.0.1" });
    let answer = "";
    client.on("connect", () => client.write(text, "latin1"));
    client.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    client.on("error", () => {});
    client.on("close", () => resolve(answer));
  });
}

test.each(requests)("%j to a port ends the connection at once without an answer", async (request) => {
  await using server = await serve(socket({ port: 0 }), [loadImplementation], { limits, onError: () => {} });
  const port = Number(new URL(server.endpoint).port);
  expect(await say(port, request)).toBe("");
  await using connection = await connect(socket({ port }));
  expect(await connection.client(Load).add(1, 1)).toBe(2);
});

test("a client without the secret of a port is dropped at once and has called nothing", async () => {
  let calls = 0;
  const counting = Load.implement({
    ...(loadImplementation.implementation as Load),
    add: async (a, b) => {
      calls++;
      return a + b;
    },
  });
  await using server = await serve(withSecret(socket({ port: 0 }), "the secret of these two"), [counting], {
    limits,
    onError: () => {},
  });
  const port = Number(new URL(server.endpoint).port);
  await expect(
    connect(withSecret(socket({ port }), "the secret of somebody else"), { timeoutMs: tooLateMs }),
  ).rejects.toMatchObject({ code: "unauthenticated" });
  await expect(connect(socket({ port }), { timeoutMs: 2_000 })).rejects.toThrow();
  expect(calls).toBe(0);
  expect(server.connections.size).toBe(0);
});

test("a port cannot be reached at an address of the network", async () => {
  await using server = await serve(socket({ port: 0 }), [loadImplementation]);
  const port = Number(new URL(server.endpoint).port);
  const outer = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4");
  const outcomes = await Promise.all(
    outer.map(
      ({ address }) =>
        new Promise<string>((resolve) => {
          const client = connectSocket({ port, host: address, timeout: 1_000 });
          client.on("connect", () => resolve(`${address} answered`));
          client.on("error", () => resolve("refused"));
          client.on("timeout", () => resolve("refused"));
          client.on("close", () => client.destroy());
        }),
    ),
  );
  expect(outcomes.filter((outcome) => outcome !== "refused")).toEqual([]);
});
