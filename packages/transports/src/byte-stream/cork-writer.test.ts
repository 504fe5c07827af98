import { FrameReader, sendHighWaterBytes, sendLowWaterBytes } from "@crosspane/core/transport";
import { describe, expect, test } from "vitest";
import { corkBytes } from "./byte-stream-limits.js";
import { CorkWriter } from "./cork-writer.js";

/** A target that takes what is written only when it is told to. */
class SlowTarget {
  readonly written: Buffer[] = [];
  readonly sizes: number[] = [];
  readonly events: string[] = [];
  readonly writer = new CorkWriter(this, {
    progress: () => this.#tell("progress"),
    drained: () => this.#tell("drained"),
    idle: () => this.#tell("idle"),
  });
  onEvent = () => {};
  #taken: ((error?: Error | null) => void) | undefined;

  write(bytes: Uint8Array, taken: (error?: Error | null) => void): void {
    if (this.#taken !== undefined) throw new Error("two writes at once");
    this.#taken = taken;
    this.sizes.push(bytes.length);
    this.written.push(Buffer.from(bytes));
  }

  take(error?: Error): boolean {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.(error);
    return taken !== undefined;
  }

  takeAll(): void {
    while (this.take());
  }

  #tell(event: string): void {
    this.events.push(event);
    this.onEvent();
  }

  messages(): string[] {
    const reader = new FrameReader("test", 1e9);
    reader.push(Buffer.concat(this.written));
    const messages: string[] = [];
    for (let message = reader.next(); message !== undefined; message = reader.next()) {
      messages.push(Buffer.from(message).toString());
    }
    expect(reader.insideMessage).toBe(false);
    return messages;
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("CorkWriter", () => {
  test("writes once per tick", async () => {
    const target = new SlowTarget();
    target.writer.send(Buffer.from("a"));
    target.writer.send(Buffer.from("b"));
    expect(target.sizes).toEqual([]);
    await tick();
    expect(target.sizes).toEqual([10]);
    target.take();
    expect(target.messages()).toEqual(["a", "b"]);
    expect(target.events).toEqual(["progress", "idle"]);
  });

  test("collects what comes during a write for the next one", async () => {
    const target = new SlowTarget();
    target.writer.send(Buffer.from("a"));
    await tick();
    for (const value of ["b", "c", "d"]) target.writer.send(Buffer.from(value));
    await tick();
    expect(target.sizes).toEqual([5]);
    target.take();
    expect(target.sizes).toEqual([5, 15]);
    target.takeAll();
    expect(target.messages()).toEqual(["a", "b", "c", "d"]);
  });

  test("keeps the order around messages that are too big for a cork buffer", async () => {
    const target = new SlowTarget();
    const values = [
      "a",
      "B".repeat(corkBytes),
      "c",
      "D".repeat(corkBytes - 4),
      "e",
      "F".repeat(corkBytes - 3),
      "g",
    ];
    for (const value of values) target.writer.send(Buffer.from(value));
    await tick();
    target.takeAll();
    expect(target.messages()).toEqual(values);
    expect(target.writer.queuedBytes).toBe(0);
  });

  test("writes a large message in parts, so that progress shows", async () => {
    const target = new SlowTarget();
    const value = "x".repeat(sendHighWaterBytes);
    expect(target.writer.send(Buffer.from(value))).toBe(false);
    await tick();
    target.take();
    expect(target.events).toEqual(["progress"]);
    target.takeAll();
    expect(new Set(target.sizes)).toEqual(new Set([corkBytes, 4]));
    expect(target.messages()).toEqual([value]);
  });

  test("ends a write in the middle of a message only if it is larger than a cork", async () => {
    const target = new SlowTarget();
    target.writer.send(new Uint8Array(corkBytes - 14));
    target.writer.send(new Uint8Array(1000));
    target.writer.send(new Uint8Array(corkBytes - 1004 - 4 - 3)); // leaves 3 bytes: no room for a header
    target.writer.send(new Uint8Array(corkBytes - 3));
    await tick();
    target.takeAll();
    expect(target.sizes).toEqual([corkBytes - 10, corkBytes - 3, corkBytes, 1]);
  });

  test("gives whole buffers back for the next writer", async () => {
    const [first, second] = [new SlowTarget(), new SlowTarget()];
    for (let index = 0; index < 5; index++) first.writer.send(Buffer.from("short"));
    await tick();
    first.takeAll();
    const value = "y".repeat(corkBytes - 4);
    second.writer.send(Buffer.from(value));
    await tick();
    second.takeAll();
    expect(second.sizes).toEqual([corkBytes]);
    expect(second.messages()).toEqual([value]);
  });

  test("asks to wait at the high mark and says drained once, at the low mark", async () => {
    const target = new SlowTarget();
    const message = new Uint8Array(32 * 1024);
    let accepted = 1;
    while (target.writer.send(message)) accepted++;
    expect(accepted * (message.length + 4)).toBeGreaterThanOrEqual(sendHighWaterBytes);
    expect(accepted * message.length).toBeLessThan(sendHighWaterBytes + message.length);
    expect(target.writer.send(message)).toBe(false);
    await tick();
    while (!target.events.includes("drained")) expect(target.take()).toBe(true);
    expect(target.writer.queuedBytes).toBeLessThanOrEqual(sendLowWaterBytes);
    expect(target.writer.queuedBytes).toBeGreaterThan(0);
    expect(target.writer.send(message)).toBe(true);
    target.takeAll();
    expect(target.events.filter((event) => event === "drained")).toHaveLength(1);
    expect(target.events.at(-1)).toBe("idle");
  });

  test("flush writes at once", () => {
    const target = new SlowTarget();
    target.writer.send(Buffer.from("a"));
    target.writer.flush();
    expect(target.sizes).toEqual([5]);
  });

  test("takes and tells nothing after drop, or after a failed write", async () => {
    const target = new SlowTarget();
    target.writer.send(Buffer.from("a"));
    await tick();
    target.writer.send(Buffer.from("b"));
    target.writer.drop();
    expect(target.writer.send(Buffer.from("c"))).toBe(true);
    target.take();
    await tick();
    expect(target.sizes).toEqual([5]);
    expect(target.events).toEqual([]);
    expect(target.writer.queuedBytes).toBe(0);

    const failing = new SlowTarget();
    failing.writer.send(Buffer.from("a"));
    await tick();
    failing.take(new Error("broken"));
    expect(failing.events).toEqual([]);
  });

  test("a drop from inside an event is the last thing that happens", async () => {
    const target = new SlowTarget();
    target.onEvent = () => target.writer.drop();
    target.writer.send(new Uint8Array(sendHighWaterBytes));
    await tick();
    target.takeAll();
    expect(target.events).toEqual(["progress"]);
  });

  test("refuses an empty message and stays usable", async () => {
    const target = new SlowTarget();
    expect(() => target.writer.send(new Uint8Array(0))).toThrow("1 to 4294967295 bytes");
    target.writer.send(Buffer.from("a"));
    await tick();
    target.takeAll();
    expect(target.messages()).toEqual(["a"]);
  });
});
