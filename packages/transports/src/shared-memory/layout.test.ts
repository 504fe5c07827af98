import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  aligned,
  type Field,
  frameBytes,
  isCapacity,
  linkBytes,
  linkDataOffset,
  linkFields,
  linkMagic,
  rendezvousFields,
  rendezvousMagic,
  rendezvousSlots,
  ringControlBytes,
  ringControls,
  ringFields,
  ringPlaces,
  slotFields,
} from "./layout.js";

const page = readFileSync(new URL("../../../../docs/shared-memory-layout.md", import.meta.url), "utf8");
/** The page without its line breaks. */
const prose = page.replaceAll(/\s+/g, " ");

/** Returns the fields of the tables below a heading, as the page documents them. */
function documented(heading: string): Record<string, Field>[] {
  const section = page.slice(page.indexOf(`## ${heading}\n`)).split("\n## ")[0] ?? "";
  return section
    .split(/\n(?=\| offset)/)
    .slice(1)
    .map((table) =>
      Object.fromEntries(
        [...table.matchAll(/^\| (\d+) \| (\d+) \| (\w+) \|/gm)].map(([, offset, bytes, name]) => [
          name as string,
          { offset: Number(offset), bytes: Number(bytes) },
        ]),
      ),
    );
}

describe("docs/shared-memory-layout.md", () => {
  test("documents the rendezvous", () => {
    expect(documented("The rendezvous")).toEqual([rendezvousFields, slotFields]);
    expect(prose).toContain(`0x${rendezvousMagic.toString(16)} (\`XPSL\`)`);
    expect(prose).toContain(
      `From offset ${rendezvousSlots.offset} follow ${rendezvousSlots.count} slots of ${rendezvousSlots.bytes} bytes`,
    );
  });

  test("documents a connection", () => {
    expect(documented("A connection")).toEqual([linkFields, ringFields]);
    expect(prose).toContain(`0x${linkMagic.toString(16)} (\`XPSM\`)`);
    expect(prose).toContain(
      `from client to server begins at offset ${ringControls.toServer}, that of the ring from server to client at offset ${ringControls.toClient}`,
    );
    expect(prose).toContain(`has ${linkDataOffset} + 2 × \`capacity\` bytes`);
  });
});

test.each([
  ["the rendezvous", { ...rendezvousFields }, rendezvousSlots.offset],
  ["a slot", { ...slotFields }, rendezvousSlots.bytes],
  ["a connection", { ...linkFields }, ringControls.toServer],
  ["a ring", { ...ringFields }, ringControlBytes],
])("no two fields of %s overlap, and all are aligned", (_, fields: Record<string, Field>, end) => {
  let last = 0;
  for (const { offset, bytes } of Object.values(fields)) {
    expect(offset).toBeGreaterThanOrEqual(last);
    expect(offset % Math.min(bytes, 8)).toBe(0);
    last = offset + bytes;
  }
  expect(last).toBeLessThanOrEqual(end);
});

test("the parts of a connection do not overlap", () => {
  expect(ringControls.toClient).toBe(ringControls.toServer + ringControlBytes);
  expect(ringControls.toClient + ringControlBytes).toBeLessThanOrEqual(linkDataOffset);
  const { toServer, toClient } = ringPlaces(4096);
  expect([toServer.data, toClient.data, linkBytes(4096)]).toEqual([4096, 8192, 12_288]);
});

test("a ring is a power of two", () => {
  expect([4096, 262_144, 64 * 1024 * 1024].every(isCapacity)).toBe(true);
  const wrong = [0, 1, 2048, 4097, 12_288, 128 * 1024 * 1024, 4096.5, Number.NaN, -4096];
  expect(wrong.filter(isCapacity)).toEqual([]);
});

test("frames are padded, also beyond 32 bits", () => {
  expect([1, 8, 9].map(frameBytes)).toEqual([16, 16, 24]);
  expect(aligned(2 ** 32 - 1)).toBe(2 ** 32);
});
