import { setTimeout as sleep } from "node:timers/promises";
import { connect, RpcError, serve } from "@crosspane/core";
import { memory } from "@crosspane/core/testing";
import type { Transport, TransportListener } from "@crosspane/core/transport";
import { describe, expect, test } from "vitest";
import { failOnLeaks } from "../test-support/leaks.js";
import { freshName, usePrivateRuntimeFolder } from "../test-support/links.js";
import { autoOrder } from "../transport-registry.js";
import { type AutoMember, auto } from "./index.js";

usePrivateRuntimeFolder();
failOnLeaks();

/** Transports inside this process under other names, as if they were different ones. */
const fast = (name: string): Transport => memory(`fast ${name}`);
const slow = (name: string): Transport => memory(`slow ${name}`);

function unloadable(): Promise<Transport> {
  return Promise.reject(new Error("Cannot find module 'binding'"));
}

const silent = { accept() {}, failed() {} };

/** An order in which each transport is open only when the test opens it. */
function gated(name: string) {
  const listeners: TransportListener[] = [];
  return {
    open: async (transport: (name: string) => Transport) =>
      void listeners.push(await transport(name).listen({ accept: () => {}, failed() {} })),
    close: () => Promise.all(listeners.map((listener) => listener.close())),
  };
}

describe("auto", () => {
  test("takes the first that both ends have, and reports it on both sides", async () => {
    const name = freshName();
    const seen: unknown[] = [];
    const server = await serve(auto(name, { order: [fast, slow] }), [], {
      onConnection: ({ transport }) => void seen.push(transport),
    });
    expect(server.endpoint).toBe(`auto:${name}`);
    const connection = await connect(auto(name, { order: [fast, slow] }));
    expect(connection.transport).toEqual({ name: "memory", endpoint: `memory:fast ${name}`, skipped: [] });
    expect(seen).toEqual([{ name: "memory", endpoint: `memory:fast ${name}`, skipped: [] }]);
    await connection.close();
    await server.close();
    await expect(connect(auto(name, { order: [fast, slow] }), { timeoutMs: 30 })).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  test("reports skipped transports: a missing module, a transport that the server does not have", async () => {
    const name = freshName();
    const server = await serve(auto(name, { order: [slow] }), []);
    const connection = await connect(auto(name, { order: [unloadable, fast, slow] }));
    expect(connection.transport).toMatchObject({
      endpoint: `memory:slow ${name}`,
      skipped: [
        { endpoint: `unloadable:${name}`, error: { code: "unimplemented" } },
        { endpoint: `memory:fast ${name}`, error: { code: "unavailable" } },
      ],
    });
    expect(connection.transport.skipped[0]?.error.message).toContain("Cannot find module 'binding'");
    await connection.close();
    await server.close();
  });

  test("a server is reached by its fastest transport if a client dials during any step of its start", async () => {
    for (let trial = 0; trial < 20; trial++) {
      const name = freshName();
      const late = (make: (name: string) => Transport, afterMs: number) => (of: string) => {
        const transport = make(of);
        const listen: Transport["listen"] = async (acceptor) => {
          await sleep(afterMs);
          return transport.listen(acceptor);
        };
        return { ...transport, listen };
      };
      const connecting = connect(auto(name, { order: [fast, slow] }));
      const server = await serve(auto(name, { order: [late(fast, trial), late(slow, 3)] }), []);
      const connection = await connecting;
      expect(connection.transport.endpoint).toBe(`memory:fast ${name}`);
      await connection.close();
      await server.close();
    }
  });

  test("a faster one that opens between the two dials is taken, and the slower connection is aborted", async () => {
    const name = freshName();
    const gate = gated(name);
    const opening = (of: string): Transport => ({
      ...slow(of),
      async dial(signal) {
        // The server comes up right now, its fastest transport first.
        await gate.open(fast);
        await gate.open(slow);
        return slow(of).dial(signal);
      },
    });
    const connection = await auto(name, { order: [fast, opening] }).dial(new AbortController().signal);
    expect(connection.choice).toEqual({ endpoint: `memory:fast ${name}`, skipped: [] });
    await connection.close();
    await gate.close();
  });

  test("when all fail, every reason is in the error", async () => {
    const name = freshName();
    const dial = (...order: AutoMember[]) => auto(name, { order }).dial(new AbortController().signal);
    await expect(dial(fast, slow)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/auto:.*memory:fast.*no server.*memory:slow.*no server/),
    });
    await expect(dial(unloadable)).rejects.toMatchObject({ code: "unimplemented" });
    const denied = (of: string): Transport => ({
      ...fast(of),
      dial: () => Promise.reject(new RpcError("permissionDenied", "not for you")),
    });
    await expect(dial(denied, slow)).rejects.toMatchObject({ code: "permissionDenied" });
  });

  test("an abort stops trying further transports", async () => {
    const controller = new AbortController();
    const hanging = (of: string): Transport => ({
      ...fast(of),
      dial: (signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const dialing = auto(freshName(), { order: [hanging, slow] }).dial(controller.signal);
    controller.abort(new RpcError("cancelled", "enough"));
    await expect(dialing).rejects.toMatchObject({ code: "cancelled" });
  });

  test("a name that is taken at one transport is named in the error, and the others are free again", async () => {
    const name = freshName();
    const other = await serve(slow(name), []);
    await expect(serve(auto(name, { order: [fast, slow] }), [])).rejects.toMatchObject({
      code: "alreadyExists",
      message: expect.stringContaining(`slow ${name}`),
    });
    await (await fast(name).listen(silent)).close();
    await other.close();
  });

  test("clients that connect before all are open have to wait, and are ended if opening fails", async () => {
    const name = freshName();
    const refused = Promise.withResolvers<void>();
    const failing = (of: string): Transport => ({
      ...slow(of),
      async listen() {
        await refused.promise;
        throw new RpcError("alreadyExists", "taken");
      },
    });
    const serving = serve(auto(name, { order: [fast, failing] }), []);
    await sleep(5);
    const connecting = connect(fast(name), { timeoutMs: 50 });
    await sleep(5);
    refused.resolve();
    await expect(serving).rejects.toMatchObject({ code: "alreadyExists" });
    await expect(connecting).rejects.toMatchObject({ code: "unavailable" });
  });

  test("a transport in a given order has to exist", async () => {
    const order = [unloadable, slow];
    await expect(serve(auto(freshName(), { order }), [])).rejects.toMatchObject({ code: "unimplemented" });
  });

  test("the usual order has a transport on every system, but not one inside one process", () => {
    for (const platform of ["win32", "linux", "darwin"] as const) {
      expect(autoOrder(platform)).toContain("pipe");
      expect(autoOrder(platform)).not.toContain("memory");
    }
  });

  test("an empty name or order is refused", () => {
    expect(() => auto("")).toThrow("needs a name");
    expect(() => auto("x", { order: [] })).toThrow("order is empty");
  });
});
