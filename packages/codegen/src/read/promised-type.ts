import { type Type, TypeFlags } from "ts-morph";
import type { TypeNode } from "../model/type-node.js";
import { libraryTypeOf } from "./library-types.js";
import type { Site } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/** Returns the type that a promise resolves to, or undefined for any other type. */
export function promisedType(type: Type, reader: TypeReader): Type | undefined {
  const library = libraryTypeOf(type, reader);
  const isPromise = library?.kind === "unsupported" && library.reason === "promise";
  return isPromise ? type.getTypeArguments()[0] : undefined;
}

/** Reads the type that a promise resolves to. Here `void` is allowed. */
export function readPromised(value: Type, site: Site, reader: TypeReader): TypeNode {
  const isVoid = (value.getFlags() & TypeFlags.Void) !== 0;
  return isVoid ? { kind: "primitive", name: "void" } : reader.read(value, site);
}
