import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { userFolder } from "../files/private-folder.js";
import { built, type CodeProcess, runCode } from "../test-support/windows-process.js";
import type { FileTicket } from "./file-ticket.js";
import { openFile, publishFile } from "./index.js";

const onWindows = process.platform === "win32";
const closing: { close(): void }[] = [];
const children: CodeProcess[] = [];

// A folder of its own, which no other program uses.
const { LOCALAPPDATA: localData } = process.env;
let testFolder: string;
beforeAll(async () => {
  testFolder = await mkdtemp(join(tmpdir(), "xp-data-"));
  process.env["LOCALAPPDATA"] = testFolder;
});
afterAll(async () => {
  if (localData === undefined) delete process.env["LOCALAPPDATA"];
  else process.env["LOCALAPPDATA"] = localData;
  await rm(testFolder, { recursive: true });
});

afterEach(async () => {
  delete process.env["CROSSPANE_COPYING_MEMORY"];
  for (const each of closing.splice(0)) each.close();
  await Promise.all(children.splice(0).map((child) => child.kill()));
});

function closeLater<T extends { close(): void }>(file: T): T {
  closing.push(file);
  return file;
}

/** Runs code in another process that has `openFile` and `publishFile` of the built package. */
async function elsewhere(code: string): Promise<CodeProcess> {
  const child = await runCode(
    `const { openFile, publishFile } = await import(${JSON.stringify(`${built("data")}index.js`)});\n${code}`,
  );
  children.push(child);
  return child;
}

const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => (total + byte) % 65_521, 0);
const sumCode = "bytes.reduce((total, byte) => (total + byte) % 65_521, 0)";
const sample = Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * 31) & 0xff);
const folder = async () => join(await userFolder(), "files");
const filesLeft = async () => (await readdir(await folder())).filter((name) => /^[0-9a-f]{32}$/.test(name));

test.skipIf(onWindows)("on other systems the error names the alternative", async () => {
  await expect(publishFile(sample)).rejects.toMatchObject({
    code: "unimplemented",
    message: expect.stringMatching(
      /publishFile exists on Windows only; on \w+ send the bytes as an argument/,
    ),
  });
});

test("an empty source, and what is not a ticket, are refused with what was expected", async () => {
  await expect(publishFile(new Uint8Array(0))).rejects.toMatchObject({ code: "invalidArgument" });
  await expect(publishFile({ byteLength: 1.5, write() {} })).rejects.toThrow("got 1.5");
  for (const ticket of [
    undefined,
    { id: "..\\..\\secret", byteLength: 4 },
    { id: "0".repeat(32), byteLength: 0 },
    { id: "0".repeat(31), byteLength: 4 },
  ])
    await expect(openFile(ticket as FileTicket)).rejects.toMatchObject({ code: "invalidArgument" });
});

describe.runIf(onWindows)("a published file", () => {
  test("reaches two other processes whole, and nothing is left of it", async () => {
    const file = closeLater(await publishFile(sample));
    const read = `const { bytes } = await openFile(${JSON.stringify(file.ticket)}); console.log(${sumCode});`;
    const readers = await Promise.all([elsewhere(read), elsewhere(read)]);
    expect(readers.map((reader) => Number(reader.ready))).toEqual([sum(sample), sum(sample)]);
    file.close();
    expect(await filesLeft()).toHaveLength(1);
    await Promise.all(readers.map((reader) => reader.kill()));
    await expect.poll(filesLeft).toEqual([]);
  });

  test("is written in place, and read as numbers", async () => {
    const count = 100_000;
    const file = closeLater(
      await publishFile({
        byteLength: count * 8,
        async write(bytes) {
          const numbers = new Float64Array(bytes.buffer, 0, count);
          for (let i = 0; i < count; i++) numbers[i] = i / 2;
        },
      }),
    );
    const { bytes } = closeLater(await openFile(file.ticket));
    expect(bytes).toHaveLength(count * 8);
    const numbers = new Float64Array(bytes.buffer, 0, count);
    expect([numbers[1], numbers[count - 1]]).toEqual([0.5, (count - 1) / 2]);
  });

  test("does not change when a reader writes to its bytes", async () => {
    const file = closeLater(await publishFile(sample));
    const [first, second] = [await openFile(file.ticket), await openFile(file.ticket)].map(closeLater);
    first?.bytes.fill(0);
    expect(sum(second?.bytes as Uint8Array)).toBe(sum(sample));
  });

  test("stays usable when its publisher exits, until its reader closes it", async () => {
    const publisher = await elsewhere(
      "globalThis.file = await publishFile(new Uint8Array(70_000).fill(7)); console.log(JSON.stringify(file.ticket));",
    );
    const opened = closeLater(await openFile(JSON.parse(publisher.ready) as FileTicket));
    await publisher.kill();
    expect(sum(opened.bytes)).toBe((70_000 * 7) % 65_521);
    opened.close();
    expect(opened.bytes).toHaveLength(0);
    await expect.poll(filesLeft).toEqual([]);
  });

  test("is copied where the runtime forbids views, and detached all the same", async () => {
    process.env["CROSSPANE_COPYING_MEMORY"] = "1";
    const file = closeLater(await publishFile(sample));
    const opened = closeLater(await openFile(file.ticket));
    const { bytes } = opened;
    expect(sum(bytes)).toBe(sum(sample));
    opened.close();
    expect(bytes).toHaveLength(0);
  });

  test("that is closed cannot be opened, and the error is not one to retry for ever", async () => {
    const file = await publishFile(sample);
    file.close();
    file.close();
    await expect(openFile(file.ticket)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("of another length than its ticket says is refused", async () => {
    const file = closeLater(await publishFile(sample));
    await expect(openFile({ ...file.ticket, byteLength: 5 })).rejects.toMatchObject({
      code: "failedPrecondition",
      message: expect.stringContaining(`it has ${sample.length} bytes, and its ticket says 5`),
    });
    expect(await filesLeft()).toEqual([file.ticket.id]);
  });

  test("cannot be truncated or replaced while it is open", async () => {
    const file = closeLater(await publishFile(sample));
    const path = join(await folder(), file.ticket.id);
    await expect(writeFile(path, "short")).rejects.toThrow();
    expect(sum(closeLater(await openFile(file.ticket)).bytes)).toBe(sum(sample));
  });

  test("whose contents cannot be written is withdrawn", async () => {
    const fault = new Error("the source is gone");
    const write = () => Promise.reject(fault);
    await expect(publishFile({ byteLength: 10, write })).rejects.toBe(fault);
    expect(await filesLeft()).toEqual([]);
  });

  test("that is too large for the disk is an error with the reason", async () => {
    await mkdir(await folder(), { recursive: true });
    await expect(publishFile({ byteLength: 2 ** 52, write() {} })).rejects.toMatchObject({
      name: "RpcError",
      message: expect.stringMatching(/Create|Map/),
    });
    expect(await filesLeft()).toEqual([]);
  });

  test("leaves no handle open", async () => {
    const { ownHandleCount } = await import("../test-support/handle-count.js");
    const once = async () => {
      using file = await publishFile(sample);
      using opened = await openFile(file.ticket);
      expect(opened.bytes[1]).toBe(31);
    };
    await once();
    const before = ownHandleCount();
    for (let i = 0; i < 20; i++) await once();
    expect(ownHandleCount()).toBeLessThanOrEqual(before + 2);
  });
});
