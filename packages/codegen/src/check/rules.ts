import type { ProblemReason } from "../model/problem.js";
import { maxSelfNesting, maxTypeDepth } from "../model/type-limits.js";

/** One kind of diagnostic. Each has a page of its id under `docs/diagnostics/`. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  /** The reason why it cannot be generated; `{}` is replaced by the subject. */
  readonly reason: string;
  readonly remedy: string;
}

/**
 * All diagnostics: 10xx about services and files, 11xx about methods, 12xx about types. Ids are
 * never reused. One table, however long, so that the next free id and the wording of its neighbours
 * are in sight.
 */
export const rules: Readonly<Record<ProblemReason, Rule>> = {
  "service-not-exported": {
    id: "CP1001",
    title: "Service is not exported",
    reason: "{} is not exported under its own name, so generated code cannot import it",
    remedy: "write `export interface` at the top level of the module",
  },
  "service-name-duplicate": {
    id: "CP1002",
    title: "Two services have one name",
    reason: "another service is called {} on the wire, so a peer could not tell them apart",
    remedy: "give one of them a name of its own: `@service some.other.Name`",
  },
  "service-not-interface": {
    id: "CP1003",
    title: "Service is not an interface",
    reason: "{} is tagged @service but is not an interface",
    remedy: "declare the contract as an interface",
  },
  "service-generic": {
    id: "CP1004",
    title: "Service is generic",
    reason: "{} has type parameters, and a call does not say what they are",
    remedy: "tag an interface that extends it with the arguments filled in",
  },
  "service-name": {
    id: "CP1005",
    title: "Service name cannot be used",
    reason: "{} cannot name a service",
    remedy:
      "after @service, on the same line, write an identifier, or several joined with dots, or nothing; and do not call the interface Parameters or ReturnType",
  },
  "output-shared": {
    id: "CP1006",
    title: "Two contracts generate one file",
    reason: "the generated file would be {}, which another contract also generates",
    remedy: "rename one of the contracts, or put them into one file",
  },
  "output-occupied": {
    id: "CP1007",
    title: "Generated file would replace another",
    reason: "{} exists and does not begin with the line of a generated file, so it is not replaced",
    remedy: "move that file away, or delete it",
  },
  "syntax-error": {
    id: "CP1008",
    title: "Contract has a syntax error",
    reason: "TypeScript cannot parse it: {}",
    remedy: "correct the syntax",
  },
  "output-orphaned": {
    id: "CP1009",
    title: "Generated file without a contract",
    reason: "it was generated from {}, which is gone or has no interface tagged @service",
    remedy: "delete the generated file, or tag the interface `/** @service */` again",
  },
  "service-tag": {
    id: "CP1010",
    title: "Tag that is ignored",
    reason: "{} is not the tag of an interface, so nothing is generated from it",
    remedy: "write `/** @service */` on a line of its own right before the interface, or reword the comment",
  },
  "member-not-method": {
    id: "CP1101",
    title: "Member is not a method",
    reason: "{} is not a function, and only calls travel",
    remedy: "make it a method that returns a Promise, or move it into the data",
  },
  "type-parameter": {
    id: "CP1102",
    title: "Type parameter is not filled in",
    reason: "the type parameter {} does not exist at run time, so values cannot be checked against it",
    remedy: "write one method for each type, or use a union or `unknown`",
  },
  "method-overloaded": {
    id: "CP1103",
    title: "Method is overloaded",
    reason: "{} has more than one signature, and a call cannot say which it means",
    remedy: "give each signature its own name, or join them with optional parameters and unions",
  },
  "member-accessor": {
    id: "CP1104",
    title: "Member is an accessor",
    reason: "{} is a getter or setter, and reading a property cannot wait for another process",
    remedy: "make it a method that returns a Promise",
  },
  "member-computed": {
    id: "CP1105",
    title: "Member has a computed name",
    reason: "{} is computed or a symbol, and methods travel by name",
    remedy: "give the method a plain name",
  },
  "return-type": {
    id: "CP1106",
    title: "Return type cannot be waited for",
    reason: "it returns {}, but an answer from another process comes later or never",
    remedy: "return `Promise<...>`, `AsyncIterable<...>` for a stream, or `void` for a one-way message",
  },
  "method-name": {
    id: "CP1107",
    title: "Method name cannot be used",
    reason: "{} has a meaning in JavaScript itself on every object or promise",
    remedy: "rename the method",
  },
  "method-optional": {
    id: "CP1108",
    title: "Method is optional",
    reason: "{} may be missing, but a client always has it",
    remedy: "remove the `?`; a server refuses a method that it does not offer by throwing",
  },
  "this-type": {
    id: "CP1109",
    title: "Type is `this`",
    reason: "{} is another type at every use, and has no value at the other side",
    remedy: "write the name of the type",
  },
  "abort-signal": {
    id: "CP1110",
    title: "Cancellation outside the arguments",
    reason: "{} has no effect here: only an AbortSignal among the arguments of a call cancels anything",
    remedy:
      "make the AbortSignal a parameter; or leave it out, since callers pass `withOptions(service, { signal })` and implementations read `callContext().signal`",
  },
  "rest-parameter": {
    id: "CP1111",
    title: "Rest elements cannot be told apart",
    reason: "in {} the number of elements before the rest, or the type of the rest, is not fixed",
    remedy: "use one rest element in the last place, of an array type",
  },
  "allow-rule": {
    id: "CP1112",
    title: "@allow rule cannot be read",
    reason: "{} is not a rule about who may call",
    remedy:
      'write sameUser, administrators, elevated, image "PATH" or signer "NAME" on the line of the tag; a peer has to meet all words of one tag',
  },
  "error-class": {
    id: "CP1113",
    title: "Error class cannot travel",
    reason: "{} is not exported, does not extend Error, or has state that is not public",
    remedy:
      "export a class that extends Error or RpcError and has public properties only, or leave out the braces in @throws",
  },
  "error-fields": {
    id: "CP1114",
    title: "Error with more than data",
    reason:
      "{} has a property that travels by reference, and the references in an error would never be released",
    remedy: "keep data in the error, such as an id",
  },
  function: {
    id: "CP1201",
    title: "Function with more than a call",
    reason: "{} is a constructor or a function with properties, and only its calls would travel",
    remedy: "use a plain function type, `(...) => Promise<...>`, or a `@service` interface",
  },
  stream: {
    id: "CP1202",
    title: "Stream or iterator that does not travel",
    reason: "{} cannot be read, or written to, from another process",
    remedy:
      "use `AsyncIterable<...>`, or for bytes `ReadableStream<Uint8Array>` or the Readable of node:stream",
  },
  class: {
    id: "CP1204",
    title: "Class instance",
    reason: "{} is a class with behaviour or private state, which does not travel",
    remedy: "describe its data with an interface",
  },
  symbol: {
    id: "CP1205",
    title: "Symbol",
    reason: "a {} exists in one process only",
    remedy: "use a string or an enum",
  },
  any: {
    id: "CP1206",
    title: "any",
    reason: "{} turns off checking at both sides",
    remedy: "write the type, or `unknown` for any data that can travel",
  },
  object: {
    id: "CP1207",
    title: "object, {} or Function",
    reason: "{} does not describe the data",
    remedy: "write an interface, `Record<string, unknown>` or `unknown`",
  },
  promise: {
    id: "CP1208",
    title: "Promise within data",
    reason: "{} has not settled when the data is sent",
    remedy: "await it first and send its value, or make it a method",
  },
  weak: {
    id: "CP1209",
    title: "Weak collection",
    reason: "{} depends on the identity of objects in one process and cannot be enumerated",
    remedy: "use Map, Set or the value itself",
  },
  buffer: {
    id: "CP1210",
    title: "Buffer type that does not travel",
    reason: "{} is not the same on every platform, or cannot be read without a view",
    remedy: "use Uint8Array, or another typed array; a Buffer is a Uint8Array and may be passed as one",
  },
  platform: {
    id: "CP1211",
    title: "Object of the platform",
    reason: "{} is an object with behaviour, which does not travel",
    remedy:
      "send data that describes it: the message of an Error, the `href` of a URL, the `source` of a RegExp",
  },
  never: {
    id: "CP1212",
    title: "never",
    reason: "no value has the type {}",
    remedy: "write the type of the values; for a method without a result `Promise<void>`",
  },
  unresolved: {
    id: "CP1213",
    title: "Type cannot be resolved",
    reason: "{} is a type error: TypeScript does not find it",
    remedy: "correct the name or the import, and include its declarations in the tsconfig",
  },
  "index-key": {
    id: "CP1214",
    title: "Index signature without string keys",
    reason: "{} has keys that are not plain strings, but keys of objects travel as strings",
    remedy: "use `Record<string, ...>`, or a Map",
  },
  "index-mixed": {
    id: "CP1215",
    title: "Index signature beside properties",
    reason: "{} mixes known properties with any others, so a misspelled one could not be detected",
    remedy: "put the other values into a property of their own of type `Record<string, ...>`",
  },
  "too-deep": {
    id: "CP1216",
    title: "Type grows without end",
    reason: `{} contains itself with ever larger arguments: more than ${maxSelfNesting} of them within each other`,
    remedy: "let a recursive type refer to itself with the same arguments",
  },
  "field-name": {
    id: "CP1217",
    title: "Property name cannot be used",
    reason: "a property called {} would change the object itself when it is set",
    remedy: "rename the property",
  },
  "function-result": {
    id: "CP1218",
    title: "Function that returns at once",
    reason: "a function of another process cannot return at once, and this one returns {}",
    remedy: "return `Promise<...>`, or `void` if nothing is returned",
  },
  "method-in-data": {
    id: "CP1219",
    title: "Method within data",
    reason: "{} is a method, which needs its object, and only the object's data travels",
    remedy:
      "tag the interface `@service` so that its objects travel by reference, or write a property of a function type: `name: (...) => Promise<...>`",
  },
  "service-elsewhere": {
    id: "CP1220",
    title: "Service without a contract file",
    reason: "{} is declared in a file that has no generated module beside it",
    remedy: "declare an interface in a contract of yours that extends it, and tag that `@service`",
  },
  "union-of-references": {
    id: "CP1221",
    title: "Union of references that look alike",
    reason: "in {} the members cannot be told apart when a value is sent",
    remedy: "wrap each in an object with a property of its own: `{ cursor: Cursor } | { page: Page }`",
  },
  "too-nested": {
    id: "CP1222",
    title: "Type is nested too deep",
    reason: `{} stands within ${maxTypeDepth} types, and a value as deep as that would be refused by the limit of nesting`,
    remedy: "declare the inner types as interfaces, which may refer to each other in a chain of any length",
  },
  intersection: {
    id: "CP1223",
    title: "Intersection that is more than one value",
    reason: "{} joins a value that is not a plain object with more than a brand, and the rest would be lost",
    remedy:
      "put both into one object, `{ items: string[]; total: number }`; a brand is a property named like `__brand`, or with a `declare const` symbol as its key",
  },
};
