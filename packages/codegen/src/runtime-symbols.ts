/**
 * Every name of `@crosspane/core/stub-v1` that generated code may use. Codegen does not depend on core, so a test
 * holds this table against core's source. Names are only ever added.
 */
export const runtimeSymbols = {
  module: "@crosspane/core/stub-v1",
  types: ["Shape", "Service"],
  values: [
    "ClientStub",
    "array",
    "bigint",
    "boolean",
    "byteStream",
    "bytes",
    "date",
    "defineService",
    "errorType",
    "func",
    "lazy",
    "literal",
    "map",
    "noSuchMethod",
    "notify",
    "notifyMethod",
    "null",
    "number",
    "object",
    "oneOf",
    "optional",
    "param",
    "record",
    "reference",
    "set",
    "signal",
    "stream",
    "streamMethod",
    "streaming",
    "string",
    "subscription",
    "text",
    "tuple",
    "typedArray",
    "unary",
    "unaryMethod",
    "undefined",
    "union",
    "unknown",
    "void",
  ],
} as const;

/** A name that generated code may use of the runtime. */
export type RuntimeSymbol = (typeof runtimeSymbols.types | typeof runtimeSymbols.values)[number];
