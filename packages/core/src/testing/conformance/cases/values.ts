import { defaultLimits } from "../../../transport/limits.js";
import type { Sample, Tree } from "../conformance.service.js";
import type { ConformanceCase, ConformanceKit } from "../conformance-kit.js";
import { cases } from "./case.js";

/** Values that go through `echo`, whose type is `unknown`, and have to come back the same. */
const unknownValues: { readonly [name: string]: unknown } = {
  null: null,
  undefined: undefined,
  true: true,
  false: false,
  "the integer 0": 0,
  "a one-byte integer": 127,
  "a negative one-byte integer": -32,
  "an 8-bit integer": 255,
  "a 16-bit integer": 65_535,
  "a negative 16-bit integer": -32_768,
  "the largest unsigned 32-bit integer": 2 ** 32 - 1,
  "the smallest signed 32-bit integer": -(2 ** 31),
  "an integer over 32 bits": 2 ** 32,
  "the largest safe integer": Number.MAX_SAFE_INTEGER,
  "the smallest safe integer": Number.MIN_SAFE_INTEGER,
  "a fraction": 0.1,
  "the largest double": Number.MAX_VALUE,
  "the smallest double": Number.MIN_VALUE,
  infinity: Number.POSITIVE_INFINITY,
  "minus infinity": Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
  "a bigint of 63 bits": 2n ** 63n - 1n,
  "the smallest signed 64-bit bigint": -(2n ** 63n),
  "the largest unsigned 64-bit bigint": 2n ** 64n - 1n,
  "an empty string": "",
  "a string of 31 bytes": "x".repeat(31),
  "a string of 32 bytes": "x".repeat(32),
  "a string of 256 bytes": "x".repeat(256),
  "a string of 70,000 bytes": "x".repeat(70_000),
  "a string beyond ASCII": "Grüße, 世界 👋🏽",
  "a string with a zero character": "a\0b",
  "a short string that begins with a byte order mark": `\ufeff${"a".repeat(10)}`,
  "a long string that begins with a byte order mark": `\ufeff${"a".repeat(1_000)}`,
  "a string of byte order marks": "\ufeff".repeat(100),
  "keys that differ in a byte order mark": { [`\ufeff${"k".repeat(100)}`]: 1, ["k".repeat(100)]: 2 },
  "minus zero": -0,
  "minus zero inside of something": { list: [0, -0, 1], zero: 0 },
  "no bytes": new Uint8Array(0),
  "one byte": Uint8Array.of(255),
  "70,000 bytes": new Uint8Array(70_000).fill(3),
  "a date": new Date(1_700_000_000_123),
  "the epoch": new Date(0),
  "a date before 1970": new Date(-1_234_567_890_123),
  "the last date there is": new Date(8.64e15),
  "the first date there is": new Date(-8.64e15),
  "an empty array": [],
  "an array of 16": Array.from({ length: 16 }, (_, i) => i),
  "an array of 70,000": Array.from({ length: 70_000 }, (_, i) => i),
  "an empty object": {},
  "an object of 16 properties": Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, i])),
  "names that objects inherit": JSON.parse('{"toString":1,"then":2,"constructor":3}'),
  "a nest of arrays and objects": { a: [{ b: [1, [2, { c: null }]] }], d: { e: { f: [] } } },
};

const sample: Sample = {
  text: "text",
  count: -1.5,
  flag: true,
  big: 123_456_789_012_345_678_901_234_567_890n,
  nothing: null,
  missing: undefined,
  color: "green",
  when: new Date(1_234),
  bytes: Uint8Array.of(1, 2, 3),
  floats: Float32Array.of(1.5, -2.25),
  longs: BigInt64Array.of(-1n, 2n ** 62n),
  list: ["a", "b"],
  pair: ["one", 1],
  atLeastOne: ["first", 2, 3],
  table: { x: 1, y: 2 },
  map: new Map([["k", new Date(5)]]),
  set: new Set([1, 2]),
  choice: null,
  either: new Set(["s"]),
  note: "a note",
  nested: { inner: { deep: true } },
  anything: [1, { two: 2 }],
};

/** A view of a buffer that was transferred. */
function detached<T extends ArrayBufferView>(view: T): T {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
  return view;
}

/** A view of more bytes than its buffer still has. */
function shrunk(): Uint8Array {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const view = new Uint8Array(buffer, 8, 8);
  buffer.resize(4);
  return view;
}

function sparse(): unknown[] {
  const list: unknown[] = ["a"];
  list[1_000_000_000] = "z";
  return list;
}

/** Values that have no form on the wire as `unknown`, with a part of the error's message. */
const refused: { readonly [name: string]: { readonly value: unknown; readonly path: string } } = {
  "a function": { value: { list: [1, () => 1] }, path: "value.list[1]" },
  "a symbol": { value: Symbol("s"), path: "value" },
  "a class instance": { value: { item: new (class Thing {})() }, path: "value.item: expected" },
  "a Map as unknown": { value: new Map(), path: "got Map" },
  "a Set as unknown": { value: [new Set()], path: "value[0]" },
  "an invalid date": { value: new Date(Number.NaN), path: "got an invalid Date" },
  "a bigint of 65 bits as unknown": { value: 2n ** 64n, path: "one beyond 64 bits" },
  "a bigint that would arrive as a number": { value: { n: [5n] }, path: "value.n[0]" },
  "a bigint of 53 bits": { value: -(2n ** 53n), path: "would arrive as a number" },
  "a detached buffer": { value: { b: detached(new Uint8Array(8)) }, path: "value.b: expected Uint8Array" },
  "a buffer that has shrunk": { value: [shrunk()], path: "value[0]: expected Uint8Array" },
  "a hole in an array": {
    value: { list: Object.assign(new Array<number>(3), { 0: 1, 2: 3 }) },
    path: "value.list[1]: expected an item, got a hole",
  },
  "an array with a thousand million holes": {
    value: sparse(),
    path: "value[1]: expected an item, got a hole",
  },
  "a typed array that is not of bytes": { value: new Float64Array(1), path: "got Float64Array" },
  "an ArrayBuffer": { value: { b: new ArrayBuffer(1) }, path: "value.b" },
  "a regular expression": { value: /x/, path: "got RegExp" },
  "a boxed number": { value: Object(1), path: "got Number" },
  "a lone surrogate in a key": { value: { a: { "\udc00": 1 } }, path: "value.a: expected well-formed" },
  "a lone surrogate": { value: { s: "\ud800" }, path: "value.s: expected a well-formed string" },
  "a property named __proto__": { value: JSON.parse('{"a":{"__proto__":1}}'), path: "__proto__" },
  "a promise": { value: Promise.resolve(1), path: "got Promise" },
  "an error": { value: new Error("e"), path: "got Error" },
};

async function echoes(kit: ConformanceKit, value: unknown): Promise<void> {
  kit.equal(await (await kit.client()).echo(value), value);
}

export const valueCases: readonly ConformanceCase[] = [
  ...Object.entries(unknownValues).map(([name, value]) => ({
    group: "values",
    name: `${name} comes back`,
    run: (kit: ConformanceKit) => echoes(kit, value),
  })),
  ...Object.entries(refused).map(([name, { value, path }]) => ({
    group: "values",
    name: `${name} is refused by path before it is sent`,
    run: async (kit: ConformanceKit) => {
      const service = await kit.client();
      await kit.fails(service.echo(value), "invalidArgument", "crosspane.Conformance.echo", path);
      kit.equal(await service.echoText("still there"), "still there");
    },
  })),
  ...cases("values", {
    "every kind of type comes back": async (kit) => {
      kit.equal(await (await kit.client()).echoSample(sample), sample);
    },
    "the other member of each union comes back": async (kit) => {
      const { note: _, ...rest } = sample;
      const other: Sample = { ...rest, choice: "text", either: new Map([["m", 1]]), anything: undefined };
      kit.equal(await (await kit.client()).echoSample(other), other);
    },
    "each member of a discriminated union comes back": async (kit) => {
      const service = await kit.client();
      const group = {
        kind: "group",
        figures: [
          { kind: "circle", radius: 1 },
          { kind: "square", side: 2, label: "s" },
        ],
      } as const;
      kit.equal(await service.echoFigure(group), group);
    },
    "a recursive type comes back": async (kit) => {
      const tree: Tree = { name: "a", children: [{ name: "b", children: [{ name: "c", children: [] }] }] };
      kit.equal(await (await kit.client()).echoTree(tree), tree);
    },
    "small and large bigints come back": async (kit) => {
      const service = await kit.client();
      for (const value of [
        0n,
        -1n,
        127n,
        -128n,
        2n ** 53n,
        2n ** 64n,
        -(2n ** 64n),
        3n ** 4000n,
        -(3n ** 4000n),
      ]) {
        kit.equal(await service.echoBigint(value), value);
      }
    },
    "a detached typed array is refused by path": async (kit) => {
      const wrong = { ...sample, floats: detached(new Float32Array(2)) };
      const service = await kit.client();
      await kit.fails(service.echoSample(wrong), "invalidArgument", "sample.floats: expected Float32Array");
      await kit.fails(service.echoBytes(detached(new Uint8Array(9))), "invalidArgument", "detached");
      kit.equal(await service.echoBytes(new Uint8Array(0)), new Uint8Array(0));
    },
    "minus zero comes back as a number, in a list and as a property": async (kit) => {
      const service = await kit.client();
      kit.equal(await service.echoNumbers([1, -0, 0]), [1, -0, 0]);
      kit.equal(await service.echoSample({ ...sample, count: -0 }), { ...sample, count: -0 });
    },
    "a wrong property is named by its path": async (kit) => {
      const wrong = { ...sample, nested: { inner: { deep: "no" } } } as unknown as Sample;
      const service = await kit.client();
      await kit.fails(
        service.echoSample(wrong),
        "invalidArgument",
        "sample.nested.inner.deep: expected boolean, got string",
      );
    },
    "a wrong item is named by its index": async (kit) => {
      const wrong = [1, 2, "3"] as unknown as number[];
      await kit.fails(
        (await kit.client()).echoNumbers(wrong),
        "invalidArgument",
        "values[2]: expected number, got string",
      );
    },
    "a discriminant that no member has is refused": async (kit) => {
      const wrong = { kind: "hexagon" } as never;
      await kit.fails((await kit.client()).echoFigure(wrong), "invalidArgument", "figure.kind", '"hexagon"');
    },
    "a missing property is refused": async (kit) => {
      const wrong = { name: "a" } as Tree;
      await kit.fails(
        (await kit.client()).echoTree(wrong),
        "invalidArgument",
        "tree.children: expected array, got nothing",
      );
    },
    "a cyclic value is refused": async (kit) => {
      const cyclic: { name: string; children: Tree[] } = { name: "a", children: [] };
      cyclic.children.push(cyclic);
      await kit.fails((await kit.client()).echoTree(cyclic), "invalidArgument", "cyclic");
    },
    "a tree of exactly the nesting limit comes back": async (kit) => {
      // Each node takes two levels, its object and its list.
      let tree: Tree = { name: "leaf", children: [] };
      for (let level = 2; level < defaultLimits.maxNesting; level += 2)
        tree = { name: "n", children: [tree] };
      kit.equal(await (await kit.client()).echoTree(tree), tree);
    },
    "what the type does not declare stays at home": async (kit) => {
      kit.equal(await (await kit.client()).overshare(), { shown: "yes" } as never);
    },
    "a class instance is read through its getters": async (kit) => {
      class Node implements Tree {
        get name() {
          return "from a getter";
        }
        readonly children = [];
        readonly secret = 1;
      }
      kit.equal(await (await kit.client()).echoTree(new Node()), { name: "from a getter", children: [] });
    },
  }),
];
