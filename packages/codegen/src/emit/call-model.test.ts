import { Readable } from "node:stream";
import { type Connection, callContext, connect, RpcError, serve, subscription } from "@crosspane/core";
import { memory } from "@crosspane/core/testing";
import { beforeEach, expect, test } from "vitest";
import type { Cursor } from "../../fixtures/golden/cursor.crosspane.js";
import { Shop } from "../../fixtures/golden/shop.crosspane.js";
import {
  Closed,
  type Folder,
  type Item,
  type Listener,
  OutOfStock,
  Refused,
} from "../../fixtures/golden/shop.service.js";

class LocalCursor implements Cursor {
  readonly rows: Item[];
  at = 0;
  disposals = 0;
  constructor(rows: Item[]) {
    this.rows = rows;
  }
  async next(count: number) {
    this.at += count;
    return this.rows.slice(this.at - count, this.at);
  }
  async fork() {
    const fork = new LocalCursor(this.rows);
    fork.at = this.at;
    return fork;
  }
  async shop() {
    return local;
  }
  async [Symbol.asyncDispose]() {
    this.disposals++;
  }
}

const items: Item[] = ["a1", "a2", "b1"].map((id, index) => ({ id, price: index }));

class LocalShop implements Shop {
  readonly cursors: LocalCursor[] = [];
  readonly listeners = new Map<Listener, ((reason: string | undefined) => void) | undefined>();
  readonly lines: string[] = [];
  /** Calls that wait for a signal. */
  waiting = 0;
  aborted = 0;

  async get(id: string): Promise<Item> {
    if (id === "closed") throw Object.assign(new Closed("come back"), { until: new Date(5) });
    if (id === "undeclared") throw new Refused(["no"]);
    const item = items.find((each) => each.id === id);
    if (item === undefined) throw Object.assign(new OutOfStock(id, 0n), { similar: items });
    return item;
  }
  async order(): Promise<void> {
    throw new Refused(["a", "b"]);
  }
  async remove(): Promise<void> {
    this.lines.push("removed");
  }
  async *find(prefix = "") {
    for (const item of items) if (item.id.startsWith(prefix)) yield item;
  }
  async *numbers(to: number) {
    for (let number = 0; number < to; number++) yield number;
  }
  async total(all: AsyncIterable<Item>) {
    let total = 0;
    for await (const { price } of all) total += price;
    return total;
  }
  async *double(values: AsyncIterable<number>) {
    for await (const value of values) yield value * 2;
  }
  async *pages(count: number) {
    for (let page = 1; page <= count; page++) yield this.numbers(page);
  }
  async report() {
    async function* words() {
      yield "one";
      yield "two";
    }
    const parts: [AsyncIterable<Item>, ...AsyncIterable<string>[]] = [this.find("a"), words()];
    return { title: "all", parts, open: new Map([["all", await this.cursor("")]]) };
  }
  async later() {
    return Readable.from(["x", "y"]);
  }
  async upload(bytes: ReadableStream<Uint8Array>) {
    let size = 0;
    for await (const chunk of bytes) size += chunk.length;
    return size;
  }
  async download(size: number) {
    return new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(size).fill(7));
        controller.close();
      },
    });
  }
  downloadNow(size: number) {
    return ReadableStream.from(each(new Uint8Array(size), new Uint8Array(1)));
  }
  pipeNow(input: AsyncIterable<Uint8Array>) {
    return Readable.from(input);
  }
  async pipe(input: Readable) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of input) chunks.unshift(chunk as Uint8Array);
    return Readable.from(chunks);
  }
  async each(ids: string[], onItem: (item: Item, index: number) => Promise<string>) {
    const answers: string[] = [];
    for (const [index, id] of ids.entries()) answers.push(await onItem(await this.get(id), index));
    return answers;
  }
  async watch(onChange: Listener, options?: { onEnd?: (reason: string | undefined) => void }) {
    this.listeners.set(onChange, options?.onEnd);
    return subscription(() => this.listeners.delete(onChange));
  }
  async adder(first: number) {
    return async (second: number, signal?: AbortSignal) => {
      if (signal === undefined) return first + second;
      this.waiting++;
      return new Promise<number>((_, reject) => {
        signal.addEventListener("abort", () => {
          this.aborted++;
          reject(signal.reason);
        });
      });
    };
  }
  async root(): Promise<Folder> {
    const leaf = (name: string): Folder => ({ name, children: async () => [] });
    return { name: "root", children: async () => [leaf("x"), leaf("y")] };
  }
  async cursor(query: string) {
    const cursor = new LocalCursor(items.filter(({ id }) => id.startsWith(query)));
    this.cursors.push(cursor);
    return cursor;
  }
  async merge(...cursors: Cursor[]) {
    if (cursors.length === 0) return undefined;
    const rows = await Promise.all(cursors.map((cursor) => cursor.next(10)));
    return new LocalCursor(rows.flat());
  }
  async isSelf(shop: Shop) {
    return shop === this;
  }
  async pick(from: number | Cursor | Listener) {
    if (typeof from === "number") return "number";
    return typeof from === "function" ? "listener" : "cursor";
  }
  async wait({ signal, for: what }: { signal?: AbortSignal; for: string }) {
    if (signal === undefined) return what;
    expect(signal).toBe(callContext().signal);
    this.waiting++;
    return new Promise<string>((_, reject) => {
      signal.addEventListener("abort", () => {
        this.aborted++;
        reject(signal.reason);
      });
    });
  }
  log(line: string, done?: (count: number) => void) {
    this.lines.push(line);
    done?.(this.lines.length);
  }
}

let local: LocalShop;
let connection: Connection;
let shop: Shop;
let count = 0;

beforeEach(async () => {
  local = new LocalShop();
  const transport = memory(`call model ${count++}`);
  const server = await serve(transport, [Shop.implement(local)]);
  connection = await connect(transport);
  shop = connection.client(Shop);
  return async () => {
    await connection.close();
    await server.close();
  };
});

async function* each<T>(...values: T[]) {
  yield* values;
}
async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test("streams in every place", async () => {
  expect(await collect(shop.find("a"))).toEqual(items.slice(0, 2));
  expect(await collect(shop.find())).toEqual(items);
  expect(await collect(shop.numbers(1000))).toHaveLength(1000);
  expect(await shop.total(each(...items))).toBe(3);
  expect(await collect(shop.double(each(1, 2)))).toEqual([2, 4]);
  expect(await collect(await shop.later())).toEqual(["x", "y"]);
  const { title, parts } = await shop.report();
  expect(title).toBe("all");
  expect(await collect(parts[0])).toEqual(items.slice(0, 2));
  expect(await collect(parts[1]!)).toEqual(["one", "two"]);
});

test("streams of streams", async () => {
  const pages: number[][] = [];
  for await (const page of shop.pages(3)) pages.push(await collect(page));
  expect(pages).toEqual([[0], [0, 1], [0, 1, 2]]);
});

test("a generator accepts return and throw", async () => {
  for await (const value of shop.numbers(1e9)) if (value === 3) break;
  const numbers = shop.numbers(1e9);
  await numbers.next();
  await expect(numbers.throw(new RpcError("aborted", "enough"))).rejects.toThrow("enough");
});

test("bytes in the forms of the platform", async () => {
  const source = await local.download(100_000);
  expect(await shop.upload(source)).toBe(100_000);
  const download = await shop.download(10);
  expect(download).toBeInstanceOf(ReadableStream);
  expect(await collect(download)).toEqual([new Uint8Array(10).fill(7)]);
  const now = shop.downloadNow(5);
  expect(now).toBeInstanceOf(ReadableStream);
  expect(Buffer.concat(await collect(now))).toHaveLength(6);
  await shop.downloadNow(5).cancel();
  const echo = shop.pipeNow(each(new Uint8Array([3]), new Uint8Array([4])));
  expect(echo).toBeInstanceOf(Readable);
  expect(Buffer.concat(await collect(echo))).toEqual(Buffer.from([3, 4]));
  const piped = await shop.pipe(Readable.from([new Uint8Array([1]), new Uint8Array([2])]));
  expect(piped).toBeInstanceOf(Readable);
  expect(Buffer.concat(await collect(piped))).toEqual(Buffer.from([2, 1]));
});

test("functions as arguments and results", async () => {
  const heard: string[] = [];
  const answers = await shop.each(["b1", "a1"], async ({ id }, index) => {
    heard.push(id);
    return `${index} ${id}`;
  });
  expect(answers).toEqual(["0 b1", "1 a1"]);
  expect(heard).toEqual(["b1", "a1"]);
  const add = await shop.adder(2);
  expect(await add(3)).toBe(5);
  const { name, children } = await shop.root();
  const below = await children();
  expect([name, ...below.map((folder) => folder.name)]).toEqual(["root", "x", "y"]);
  expect(await below[0]!.children()).toEqual([]);
});

test("a function of a one-way call", async () => {
  expect(await new Promise((resolve) => shop.log("line", resolve))).toBe(1);
});

test("a listener until its subscription is disposed of", async () => {
  const heard: unknown[] = [];
  const ends: unknown[] = [];
  const watch = await shop.watch((item, ...more) => void heard.push([item.id, ...more]), {
    onEnd: (reason) => void ends.push(reason),
  });
  const [[listener, onEnd]] = local.listeners as unknown as [[Listener, (reason: undefined) => void]];
  await listener(items[0]!, "more");
  await listener(items[1]!);
  onEnd(undefined);
  await expect.poll(() => ends).toEqual([undefined]);
  expect(heard).toEqual([["a1", "more"], ["a2"]]);
  watch[Symbol.dispose]();
  await expect.poll(() => local.listeners.size).toBe(0);
});

test("services by reference, of another module and of themselves", async () => {
  const cursor = await shop.cursor("a");
  expect(await cursor.next(1)).toEqual([items[0]]);
  const fork = await cursor.fork();
  expect(await fork.next(1)).toEqual([items[1]]);
  const itself = await cursor.shop();
  expect(await itself.isSelf(itself)).toBe(true);
  expect(await shop.merge()).toBeUndefined();
  const merged = await shop.merge(cursor, fork, new LocalCursor([items[2]!]));
  expect(await merged!.next(10)).toEqual([items[1], items[2]]);
  const { open } = await shop.report();
  expect(await open.get("all")!.next(1)).toEqual([items[0]]);
  await cursor[Symbol.asyncDispose]();
  await expect.poll(() => local.cursors[0]!.disposals).toBe(1);
});

test("a union of types that look alike on the wire", async () => {
  expect(await shop.pick(1)).toBe("number");
  expect(await shop.pick(() => {})).toBe("listener");
  expect(await shop.pick(new LocalCursor([]))).toBe("cursor");
  expect(await shop.pick(await shop.cursor(""))).toBe("cursor");
});

test("a signal deep in the arguments, and of a function", async () => {
  expect(await shop.wait({ for: "it" })).toBe("it");
  const abort = new AbortController();
  const waiting = shop.wait({ signal: abort.signal, for: "ever" });
  const adding = (await shop.adder(1))(2, abort.signal);
  await expect.poll(() => local.waiting).toBe(2);
  abort.abort();
  await expect(waiting).rejects.toThrow();
  await expect(adding).rejects.toThrow();
  await expect.poll(() => local.aborted).toBe(2);
});

test("declared errors arrive as themselves", async () => {
  const gone = await shop.get("z").catch((error: unknown) => error);
  expect(gone).toBeInstanceOf(OutOfStock);
  expect(gone).toMatchObject({ sku: "z", left: 0n, similar: items, isGone: true });
  const closed = await shop.get("closed").catch((error: unknown) => error);
  expect(closed).toBeInstanceOf(Closed);
  expect(closed).toMatchObject({ message: "come back", until: new Date(5), shop: "main" });
  const refused = await shop.order("x").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refused);
  expect(refused).toMatchObject({ code: "permissionDenied", reasons: new Set(["a", "b"]) });
  const undeclared = await shop.get("undeclared").catch((error: unknown) => error);
  expect(undeclared).not.toBeInstanceOf(Refused);
});

test("rules of a contract are applied to the peer", async () => {
  await expect(shop.remove("a1")).rejects.toMatchObject({ code: "permissionDenied" });
  expect(local.lines).toEqual([]);
  expect(Shop.definition.methods.find(({ name }) => name === "remove")).toMatchObject({ idempotent: true });
});
