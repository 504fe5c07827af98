import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Connection, connect, serve } from "@crosspane/core";
import { describe, expect, test } from "vitest";
import { Load, loadImplementation } from "./test-support/load/load-service.js";
import { patient } from "./test-support/patient.js";
import { addresses } from "./test-support/targets.js";

const connections = 64;
const reads = 400;

/**
 * Median time of reading a small file, in milliseconds. A busy machine delays some reads, but not
 * most.
 */
async function readTime(): Promise<number> {
  const file = fileURLToPath(import.meta.url);
  const times: number[] = [];
  for (let i = 0; i < reads; i++) {
    const before = performance.now();
    await readFile(file);
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  return times[reads >>> 1] as number;
}

describe.each(addresses)("over $name", ({ unused }) => {
  test(`${connections} idle connections do not occupy the threads that read files`, async () => {
    const transport = await unused();
    await using server = await serve(transport, [loadImplementation]);
    await readTime();
    const alone = await readTime();
    const open: Connection[] = [];
    for (let i = 0; i < connections; i++) open.push(await connect(transport, patient));
    for (const connection of open) expect(await connection.client(Load).add(1, 1)).toBe(2);
    expect(server.connections.size).toBe(connections);
    // Four blocking waits would fill the thread pool, and each read would take as long as a wait.
    expect(await readTime()).toBeLessThan(Math.max(50, alone * 10));
    await Promise.all(open.map((connection) => connection.close()));
  });
});
