import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Note } from "./notebook.service.js";
import { builtWorker } from "./test-support/built-worker.js";
import { bundle } from "./test-support/bundles.js";
import { tempFolder } from "./test-support/temp-folder.js";

test("the page loads nothing of Node", async () => {
  const chunks = await bundle({});
  expect(chunks.map(({ isEntry }) => isEntry)).toEqual([true]);
  expect(chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])).toEqual([]);
  expect(chunks[0]?.code).toContain("notebookHost");
  expect(chunks[0]?.code).not.toMatch(/node:|\brequire\(|koffi|__vite-browser-external/);
});

/** The globals of a page that the library may use; no process, no Buffer, no require. */
const ofThePage = {
  ...{ AbortController, AbortSignal, DOMException, TextDecoder, TextEncoder, console, crypto, performance },
  ...{ clearInterval, clearTimeout, queueMicrotask, setInterval, setTimeout, structuredClone },
};

test("it runs without Node and eval, and shows what other windows write", async () => {
  const [chunk] = await bundle({
    configFile: false,
    build: {
      target: "chrome120",
      lib: { entry: "src/renderer/connect-notebook.ts", formats: ["iife"], name: "page" },
    },
  });
  // Equivalent to `default-src 'self'` of index.html: no code from strings.
  const context = createContext({ ...ofThePage }, { codeGeneration: { strings: false, wasm: false } });
  // Chromium has them since 134, Node 22 in its own realm only.
  runInContext('for (const name of ["dispose", "asyncDispose"]) Symbol[name] ??= Symbol(name);', context);
  runInContext(`${chunk?.code}\nglobalThis.page = page;`, context);
  expect(runInContext("typeof process + typeof Buffer + typeof require", context)).toBe(
    "undefined".repeat(3),
  );

  const worker = builtWorker(join(await tempFolder(), "notes.jsonl"));
  onTestFinished(() => worker.stop());
  const { page } = context as { page: typeof import("./renderer/connect-notebook.js") };
  const open = async () => {
    const shown: string[][] = [];
    const show = (notes: readonly Note[]) => void shown.push(notes.map(({ text }) => text));
    const opened = await page.connectNotebook(worker.getPort, show);
    onTestFinished(() => opened.connection.close());
    return { shown, ...opened };
  };
  const [first, second] = [await open(), await open()];
  const { id } = await first.notebook.add("milk");
  await second.notebook.add("Müsli");
  await expect.poll(() => first.shown.at(-1)).toEqual(["Müsli", "milk"]);
  await first.notebook.remove(id);
  await expect.poll(() => second.shown.at(-1)).toEqual(["Müsli"]);
  await expect(second.notebook.remove(id)).rejects.toMatchObject({ code: "notFound" });
  expect((await open()).shown).toEqual([["Müsli"]]);
});

test("the preload script passes on the port, and gives the page one function", async () => {
  const [chunk] = await bundle({ configFile: "vite.preload.config.ts" });
  expect(chunk?.imports).toEqual(["electron"]);
  const exposed = new Map<string, { connect(): void }>();
  const listeners = new Map<string, (event: unknown) => void>();
  const send = vi.fn();
  const postMessage = vi.fn();
  const electron = {
    ipcRenderer: { send, on: (channel: string, listener: () => void) => listeners.set(channel, listener) },
    contextBridge: {
      exposeInMainWorld: (name: string, api: { connect(): void }) => exposed.set(name, api),
    },
  };
  const require = (name: string) => (name === "electron" ? electron : undefined);
  runInContext(
    chunk?.code ?? "",
    createContext({ require, exports: {}, module: {}, window: { postMessage } }),
  );
  exposed.get("notebookHost")?.connect();
  expect(send.mock.calls).toEqual([["notebook:connect"]]);
  listeners.get("notebook:port")?.({ ports: ["a port"] });
  expect(postMessage.mock.calls).toEqual([["notebook:port", "*", ["a port"]]]);
});
