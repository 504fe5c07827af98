import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RpcError } from "../errors/rpc-error.js";
import { parseWhole } from "../test-support/parse-whole.js";
import { frameHeaderBytes, writeFrameHeader } from "../transport/frame.js";
import { defaultLimits } from "../transport/limits.js";
import { EncodedValue } from "./encode.js";
import { encodeCall, encodeCancel, encodeNotify, encodePipelinedCall } from "./messages/call.js";
import { encodeEnd, encodeGoodbye } from "./messages/connection.js";
import { encodeHello, encodeWelcome, type Introduction } from "./messages/handshake.js";
import { encodeError, encodeResult } from "./messages/result.js";
import { encodeItems } from "./messages/stream.js";
import { messageFormats } from "./messages/table.js";
import { parseMessage } from "./parse-message.js";
import { itemCount, ReceivedItems } from "./received-items.js";

const introduction: Introduction = {
  version: 1,
  limits: { maxMessageBytes: 20_000, maxCallsInFlight: 10, maxNesting: 5, maxElements: 100 },
  services: [
    {
      name: "Inventory",
      fingerprint: "0123456789abcdef",
      methods: [
        { name: "get", oneWay: false, fingerprint: "fedcba9876543210" },
        { name: "log", oneWay: true, fingerprint: "0000000000000000" },
      ],
    },
  ],
};

const parse = (bytes: Uint8Array) => parseWhole(new Uint8Array(bytes));
const id = fc.nat({ max: 2 ** 32 - 1 });

describe("each message is read as it was written", () => {
  test("a call, with any numbers", () => {
    fc.assert(
      fc.property(id, id, id, fc.array(fc.string()), (callId, target, method, args) => {
        expect(parse(encodeCall(callId, { target, method }, args))).toMatchObject({
          kind: "call",
          id: callId,
          target,
          method,
          args,
        });
      }),
    );
  });

  test("a pipelined call, with any numbers", () => {
    fc.assert(
      fc.property(id, id, id, fc.array(fc.string()), (callId, on, method, args) => {
        const message = encodePipelinedCall(callId, { on, method }, args);
        expect(parse(message)).toMatchObject({ kind: "pipelinedCall", id: callId, on, method, args });
      }),
    );
    const on = { on: 1, method: 2 };
    const extras = { timeoutMs: 250, metadata: { k: "v" } };
    expect(parse(encodePipelinedCall(3, on, ["a"], extras))).toMatchObject({ args: ["a"], ...extras });
    expect(parse(encodePipelinedCall(3, on, new EncodedValue(["a"]), extras))).toMatchObject({
      kind: "pipelinedCall",
      args: ["a"],
      ...extras,
    });
  });

  test("a call with deadline and metadata", () => {
    const to = { target: 1, method: 2 };
    expect(parse(encodeCall(3, to, ["a"], { timeoutMs: 250 }))).toMatchObject({ timeoutMs: 250 });
    expect(parse(encodeCall(3, to, ["a"], { metadata: { k: "v" } }))).toMatchObject({
      args: ["a"],
      timeoutMs: undefined,
      metadata: { k: "v" },
    });
    expect(parse(encodeNotify(to, [], { timeoutMs: 1, metadata: {} }))).toMatchObject({
      kind: "notify",
      timeoutMs: 1,
    });
  });

  test("a result", () => {
    fc.assert(
      fc.property(
        id,
        fc.oneof(fc.string(), fc.integer(), fc.constant(undefined), fc.uint8Array()),
        (callId, value) => {
          expect(parse(encodeResult(callId, value))).toEqual({ kind: "result", id: callId, value });
        },
      ),
    );
  });

  test("an error with and without details and stack", () => {
    const plain = { code: "notFound", message: "none" } as const;
    expect(parse(encodeError(1, plain))).toMatchObject({ kind: "error", id: 1, error: plain });
    const full = { ...plain, details: { a: 1 }, stack: "at x" };
    expect(parse(encodeError(1, full))).toMatchObject({ error: full });
  });

  test("the other kinds", () => {
    expect(parse(encodeCancel(7, "deadlineExceeded"))).toEqual({
      kind: "cancel",
      id: 7,
      code: "deadlineExceeded",
    });
    expect(parse(encodeGoodbye())).toEqual({ kind: "goodbye" });
    expect(parse(encodeEnd({ code: "internal", message: "why" }))).toEqual({
      kind: "end",
      code: "internal",
      message: "why",
    });
    expect(parse(encodeHello(introduction))).toEqual({ kind: "hello", ...introduction });
    expect(parse(encodeWelcome(introduction))).toEqual({ kind: "welcome", ...introduction });
    const limits = { ...introduction.limits, pipelining: true };
    expect(parse(encodeWelcome({ ...introduction, limits }))).toMatchObject({ limits });
    const odd = { ...limits, pipelining: 1 as never };
    expect(parse(encodeWelcome({ ...introduction, limits: odd }))).toEqual({
      kind: "welcome",
      ...introduction,
    });
  });
});

test("the bytes in docs/wire-protocol.md are those that are sent", () => {
  const limits = { maxMessageBytes: 65_536, maxCallsInFlight: 16, maxNesting: 64, maxElements: 1000 };
  const add = { name: "add", oneWay: false, fingerprint: "00112233445566bb" } as const;
  const log = { name: "Log", fingerprint: "00112233445566aa", methods: [add] };
  const to = { target: 0, method: 0 };
  const encoders = [
    () => encodeHello({ version: 1, limits, services: [] }),
    () => encodeWelcome({ version: 1, limits: { ...limits, pipelining: true }, services: [log] }),
    () => encodeCall(5, to, ["42"]),
    () => encodeCall(5, to, ["42"], { timeoutMs: 250 }),
    () => encodePipelinedCall(6, { on: 5, method: 0 }, []),
    () => encodeResult(5, null),
    () => encodeError(5, { code: "notFound", message: "no" }),
    () => encodeCancel(5, "cancelled"),
    () => encodeGoodbye(),
  ];
  const sent: number[] = [];
  for (const encode of encoders) {
    const message = encode();
    const header = new Uint8Array(frameHeaderBytes);
    writeFrameHeader(header, 0, message.length);
    sent.push(...header, ...message);
  }
  expect(documentedBytes()).toEqual(sent);
});

test("the kinds in docs/wire-protocol.md are those of the parser, each with its own number", () => {
  const rows = protocolPage().matchAll(/^\| (\d+) \| (\w+) \| `\[\1[,\]]/gm);
  const documented = [...rows].map(([, number, name]) => [Number(number), name]);
  const formats = Object.entries(messageFormats).map(([name, { number }]) => [number, name]);
  expect(documented).toEqual(formats.toSorted(([a], [b]) => Number(a) - Number(b)));
  expect(documented.map(([number]) => number)).toEqual(documented.map((_, index) => index));
});

function protocolPage(): string {
  return readFileSync(new URL("../../../../docs/wire-protocol.md", import.meta.url), "utf8");
}

function documentedBytes(): number[] {
  const page = protocolPage();
  const block = page.slice(page.indexOf("## A session in bytes")).split("```")[1] ?? "";
  const digits = block.replace(/^text/, "").replace(/--.*$/gm, "");
  return (digits.match(/[0-9a-f]{2}/g) ?? []).map((byte) => Number.parseInt(byte, 16));
}

function readAll(received: ReceivedItems): unknown[] {
  const items: unknown[] = [];
  while (!received.done) items.push(received.next());
  return items;
}

describe("items of a stream", () => {
  const decoded = (sizes: readonly number[]) => {
    const message = encodeItems(
      7,
      sizes.map((size) => new Uint8Array(size).fill(size)),
    );
    const parsed = parseMessage(new Uint8Array(message), defaultLimits);
    if (parsed.kind !== "items") throw new Error(parsed.kind);
    const payload = new Uint8Array(parsed.payload);
    return { payload, items: readAll(new ReceivedItems(payload, parsed.decodedBytes)) as Uint8Array[] };
  };

  test.each([0, 1, 15, 16, 65_535, 65_536])("%d are counted without decoding", (count) => {
    const { payload, items } = decoded(new Array<number>(count).fill(1));
    expect(itemCount(payload)).toBe(count);
    expect(items.length).toBe(count);
  });

  test("those that take much memory are decoded one by one, to the same values", () => {
    const values = [{}, [], "text", { a: [1, 2] }, new Date(5), new Uint8Array(3), 2n ** 60n];
    const parsed = parseMessage(new Uint8Array(encodeItems(1, values)), defaultLimits);
    if (parsed.kind !== "items") throw new Error(parsed.kind);
    for (const decodedBytes of [1, 2 ** 30]) {
      const items = new ReceivedItems(parsed.payload, decodedBytes);
      expect(items.done).toBe(false);
      expect(readAll(items)).toEqual(values);
      expect(items.done).toBe(true);
    }
  });

  test("large ones share the memory of their message", () => {
    const { payload, items } = decoded([1024, 1000]);
    expect(items.map((item) => item.length)).toEqual([1024, 1000]);
    expect(items.every((item) => item.buffer === payload.buffer)).toBe(true);
    expect(items[0]).toEqual(new Uint8Array(1024).fill(1024));
  });

  test("small ones do not keep their message alive", () => {
    const { items } = decoded(new Array<number>(100).fill(200));
    expect(items.every((item) => item.buffer.byteLength === 200)).toBe(true);
  });
});

describe("malformed messages", () => {
  // Each is copied, because the next is encoded into the same memory.
  const messages = [
    () =>
      encodeCall(300, { target: 1, method: 70_000 }, ["a", { b: 1 }], { timeoutMs: 5, metadata: { k: "v" } }),
    () => encodePipelinedCall(300, { on: 70_000, method: 1 }, ["a"], { timeoutMs: 5 }),
    () => encodeError(1, { code: "internal", message: "m", details: [1] }),
    () => encodeHello(introduction),
  ].map((encode) => new Uint8Array(encode()));

  test("that are cut at any byte are refused with an RpcError", () => {
    for (const message of messages) {
      for (let length = 0; length < message.length; length++) {
        expect(() => parse(message.subarray(0, length))).toThrow(RpcError);
      }
    }
  });

  test("with any byte replaced are read, or refused with an RpcError", () => {
    for (const message of messages) {
      for (let at = 0; at < message.length; at++) {
        for (let byte = 0; byte < 256; byte++) {
          const changed = message.slice();
          changed[at] = byte;
          try {
            parse(changed);
          } catch (thrown) {
            if (!(thrown instanceof RpcError)) throw thrown;
          }
        }
      }
    }
  });

  test("of random bytes are read, or refused with an RpcError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          parse(bytes);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(RpcError);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test("fields that a later version adds are ignored", () => {
    expect(parse(Uint8Array.of(0x94, 5, 1, 42, 99))).toEqual({ kind: "result", id: 1, value: 42 });
    expect(parse(Uint8Array.of(0x93, 8, 0, 99))).toEqual({ kind: "goodbye" });
  });
});
