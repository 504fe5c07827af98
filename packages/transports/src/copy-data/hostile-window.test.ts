import { randomUUID } from "node:crypto";
import { connect } from "@crosspane/core";
import { Conformance, serveConformance } from "@crosspane/core/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runBuilt } from "../test-support/run-built.js";

const onWindows = process.platform === "win32";

/** Modules that load only on Windows. */
const load = async () => ({
  ...(await import("./copy-data-transport.js")),
  ...(await import("./copy-data-counts.js")),
});

/**
 * Builds a program that sends arbitrary messages to the server's window: `send(dwData, cbData,
 * bytes, wParam)` returns the result of the window procedure.
 */
const sender = (name: string) => `
  const user32 = await built("win32/user32.js");
  const { pointerTo } = await built("win32/load-koffi.js");
  const { kernel32 } = { kernel32: await built("win32/kernel32.js") };
  const window = user32.findWindowEx(-3, 0, null, ${JSON.stringify(`crosspane:${name}`)});
  const send = (dwData, cbData, bytes, wParam = 0x1234) => {
    const struct = Buffer.alloc(24);
    struct.writeBigUInt64LE(BigInt(dwData), 0);
    struct.writeUInt32LE(cbData, 8);
    struct.writeBigUInt64LE(bytes === null ? 0n : BigInt(pointerTo(bytes)), 16);
    const result = new BigInt64Array(1);
    const sent = user32.sendMessageTimeout(window, 0x4a, wParam, struct, 0, patienceMs, result);
    return sent === 0 ? "error " + kernel32.getLastError() : Number(result[0]);
  };
  const magic = 0x31435058;
  const patienceMs = 15_000;
  const MiB = 1024 * 1024;
  const chunk = (kind, length = 24) => {
    const bytes = Buffer.alloc(length);
    bytes[20] = kind;
    return bytes;
  };
  const results = [];
`;

describe.runIf(onWindows)("a window that receives messages outside of the protocol", () => {
  const name = `hostile-${randomUUID().slice(0, 8)}`;
  let server: Awaited<ReturnType<typeof serveConformance>>;
  beforeAll(async () => {
    server = await serveConformance((await load()).copyData(name));
  });
  afterAll(() => server.close());

  async function answers(code: string): Promise<unknown[]> {
    const { code: exit, printed } = await runBuilt(
      `${sender(name)}${code}\nprocess.stdout.write(JSON.stringify(results));`,
    );
    expect(exit).toBe(0);
    return JSON.parse(printed);
  }

  async function stillServes(): Promise<void> {
    const connection = await connect((await load()).copyData(name));
    expect(await connection.client(Conformance).add(1, 2)).toBe(3);
    await connection.close();
  }

  test("ignores and counts them", async () => {
    const { copyDataCounts } = await load();
    const before = copyDataCounts();
    const results = await answers(`
      results.push(send(0, 24, chunk(1)));
      results.push(send(magic + 1, 24, chunk(1)));
      results.push(send("0x7" + magic.toString(16).padStart(15, "0"), 24, chunk(1)));
      results.push(send(magic, 0, null));
      results.push(send(magic, 0, chunk(1)));
      results.push(send(magic, 23, chunk(1)));
      results.push(send(magic, 24, chunk(0)));
      results.push(send(magic, 24, chunk(7)));
      results.push(send(magic, 25, chunk(1, 25)));
      const reserved = chunk(5); reserved[21] = 1; results.push(send(magic, 24, reserved));
      // An opening without a window, and one with an invalid window.
      results.push(send(magic, 48, chunk(1, 48)));
      // An answer to HWND_BROADCAST would reach every program of the desktop; -1 and similar values
      // are not windows either.
      for (const nobody of [1n << 40n, 0xffffn, 0xffffffffn, 0xfffffffdn]) {
        const far = chunk(1, 48); far.writeBigUInt64LE(nobody, 24); results.push(send(magic, 48, far));
      }
    `);
    expect(results).toEqual(new Array(results.length).fill(0));
    expect(copyDataCounts().ignored - before.ignored).toBe(results.length);
    await stillServes();
  });

  test("finds no connection for a key that it did not issue", async () => {
    const { copyDataCounts } = await load();
    const before = copyDataCounts().unknown;
    const results = await answers(`
      for (const kind of [2, 4, 5, 6]) {
        const bytes = chunk(kind, kind === 2 ? 48 : kind === 4 ? 25 : 24);
        results.push(send(magic, bytes.length, bytes));
      }
    `);
    expect(results).toEqual([3, 3, 3, 3]);
    expect(copyDataCounts().unknown - before).toBe(4);
    await stillServes();
  });

  test("answers an opening to the window that it names, and to no other", async () => {
    // The opening names the server's own window, so the answer arrives there, with a key that it
    // has not issued.
    const { copyDataCounts } = await load();
    const before = copyDataCounts().unknown;
    const results = await answers(`
      const bytes = chunk(1, 48);
      bytes.writeBigUInt64LE(BigInt(window), 24);
      bytes.fill(7, 32);
      results.push(send(magic, 48, bytes));
    `);
    expect(results).toEqual([1]);
    await expect.poll(async () => copyDataCounts().unknown).toBeGreaterThan(before);
    await stillServes();
  });

  test("is not closed, renamed or kept busy by other messages", async () => {
    const results = await answers(`
      const [wmSetText, wmClose, wmSysCommand, scClose] = [0x0c, 0x10, 0x112, 0xf060];
      const other = (message, wParam) => user32.sendMessageTimeout(window, message, wParam, Buffer.alloc(8), 0, patienceMs, new BigInt64Array(1));
      results.push(other(wmSetText, 0), other(wmClose, 0), other(wmSysCommand, scClose));
      results.push(user32.findWindowEx(-3, 0, null, ${JSON.stringify(`crosspane:${name}`)}) === window ? 1 : "gone");
    `);
    expect(results).toEqual([1, 1, 1, 1]);
    await stillServes();
  });

  // Wine copies a message onto the stack of the receiver's calls, which has 16 MiB.
  const MiB = 1024 * 1024;
  const sizes = [
    ...[65_537, 128 * 1024, MiB, 4 * MiB, 15 * MiB],
    // From the largest message that leaves enough stack for the window procedure to the smallest
    // that leaves none.
    ...[16, 12, 8, 4, 1, 0, -4].map((kiB) => 16 * MiB - kiB * 1024),
    ...[17, 18, 20, 33, 64, 100].map((size) => size * MiB),
  ];

  test("survives messages of any size, and reads none that is larger than a chunk", async () => {
    const { copyDataCounts } = await load();
    const before = copyDataCounts().ignored;
    const results = await answers(`
      for (const size of ${JSON.stringify(sizes)}) results.push(send(magic, size, chunk(4, size)));
    `);
    expect(results).toEqual(sizes.map(() => 0));
    expect(copyDataCounts().ignored - before).toBe(sizes.length);
    await stillServes();
  });

  test("survives texts of any size, which the system copies in the same way", async () => {
    const results = await answers(`
      const wmSetText = 0x0c;
      for (const size of [MiB, 9 * MiB, 40 * MiB]) {
        const text = Buffer.alloc(size + 2, "x");
        text.writeUInt16LE(0, size);
        results.push(user32.sendMessageTimeout(window, wmSetText, 0, text, 0, patienceMs, new BigInt64Array(1)));
      }
    `);
    expect(results).toEqual([1, 1, 1]);
    await stillServes();
  });

  test("serves its clients while a stranger sends large messages", async () => {
    const connection = await connect((await load()).copyData(name));
    const client = connection.client(Conformance);
    let isFlooded = true;
    const flood = answers(
      `for (let n = 0; n < 12; n++) results.push(send(magic, 20 * MiB, chunk(4, 20 * MiB)));`,
    );
    void flood.finally(() => {
      isFlooded = false;
    });
    for (let n = 0; isFlooded; n++) expect(await client.add(n, 1)).toBe(n + 1);
    expect(await flood).toEqual(new Array(12).fill(0));
    await connection.close();
  });
});
