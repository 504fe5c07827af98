import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { ScreenView } from "./screen-view.js";

const at = new Date(2026, 0, 2, 3, 4, 5);

function viewOf(columns: number, rows: number) {
  let last = "";
  const view = new ScreenView(() => ({ columns, rows, write: (text) => (last = text) }));
  return { view, lines: () => stripVTControlCharacters(last).split("\n").slice(0, -1) };
}

test("shows the last changes that fit, below the load", () => {
  const { view, lines } = viewOf(80, 9);
  const host = { host: "pc", system: "Windows", processId: 7, folder: "C:\\data" };
  view.overview({ ...host, fileCount: 2, byteCount: 2048, changeCount: 0 });
  for (const cpuPercent of [0, 50, 100]) {
    view.load({ at, cpuPercent, freeBytes: 1024, totalBytes: 4096, serverBytes: 100 });
  }
  for (let number = 1; number <= 9; number++) {
    view.change({ number, at, kind: "added", path: `${number}.txt`, byteCount: 1 });
  }
  view.note("paused");
  expect(lines()).toEqual([
    "pc (Windows), process 7: C:\\data, 2 files, 2.0 KiB",
    "▁▅█",
    "cpu 100 %, 1.0 KiB of 4.0 KiB free, server 100 B",
    "",
    "03:04:05  + 8.txt (1 B)",
    "03:04:05  + 9.txt (1 B)",
    "paused",
    "p pauses and goes on, q quits",
  ]);
});

test("cuts lines to the width", () => {
  const { view, lines } = viewOf(10, 20);
  view.note("0123456789abc");
  expect(lines()).toContain("0123456789");
});
