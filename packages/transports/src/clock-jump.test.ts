import { connect, RpcError, serve, withOptions } from "@crosspane/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Load, loadImplementation } from "./test-support/load/load-service.js";
import { addresses } from "./test-support/targets.js";

const hour = 3_600_000;

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(addresses)("over $name", ({ unused }) => {
  test.each([8 * hour, -8 * hour])(
    "a wall clock that jumps by %d ms ends no connection and no call",
    async (jump) => {
      const transport = await unused();
      await using server = await serve(transport, [loadImplementation]);
      await using connection = await connect(transport);
      const load = connection.client(Load);
      const held = withOptions(load, { timeoutMs: 400 }).hold();
      const outcome = held.catch((error: unknown) => error);
      const before = performance.now();
      const now = Date.now.bind(Date);
      vi.spyOn(Date, "now").mockImplementation(() => now() + jump);
      expect(await load.add(1, 2)).toBe(3);
      expect(await outcome).toMatchObject({ code: "deadlineExceeded" } satisfies Partial<RpcError>);
      // Neither at once nor eight hours later.
      expect(performance.now() - before).toBeGreaterThan(350);
      expect(await load.add(2, 2)).toBe(4);
      expect(server.connections.size).toBe(1);
    },
  );

  test("time that passes while the machine sleeps fails only the calls whose deadline has passed", async () => {
    const transport = await unused();
    await using server = await serve(transport, [loadImplementation]);
    await using connection = await connect(transport);
    const load = connection.client(Load);
    const short = withOptions(load, { timeoutMs: 300 })
      .hold()
      .catch((error: unknown) => error);
    const long = withOptions(load, { timeoutMs: 20 * hour })
      .hold()
      .catch((error: unknown) => error);
    let isOver = false;
    void long.then(() => {
      isOver = true;
    });
    // On Windows the monotonic clock runs during sleep.
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + 8 * hour);
    expect(await short).toMatchObject({ code: "deadlineExceeded" });
    expect(await load.add(2, 2)).toBe(4);
    expect(isOver).toBe(false);
    expect(server.connections.size).toBe(1);
    vi.restoreAllMocks();
    connection.abort();
    expect(await long).toBeInstanceOf(RpcError);
  });
});
