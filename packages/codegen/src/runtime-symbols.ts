/**
 * The modules that generated code may import as its runtime, in order of preference. They export
 * the same: that of transports is for projects that do not declare core.
 */
export const runtimeModules = [
  { package: "@crosspane/core", specifier: "@crosspane/core/stub-v1" },
  { package: "@crosspane/transports", specifier: "@crosspane/transports/stub-v1" },
] as const;

/**
 * All names of the runtime that generated code may use. Codegen does not depend on core, so a test
 * compares this table with core's source. Names are only ever added.
 */
export const runtimeSymbols = {
  types: [
    "ByteStreams",
    "Composite",
    "Defined",
    "Expect",
    "FieldOf",
    "ItemOf",
    "KeyOf",
    "MemberOf",
    "ParamOf",
    "Present",
    "ResultOf",
    "Same",
    "SameError",
    "SameMethod",
    "SameMethods",
    "Service",
    "Shape",
    "Signal",
    "Subscription",
  ],
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

/** A name of the runtime that generated code may use. */
export type RuntimeSymbol = (typeof runtimeSymbols.types | typeof runtimeSymbols.values)[number];
