import { type Type, TypeFlags } from "ts-morph";
import type { TypeNode } from "../model/type-node.js";
import { libraryTypeOf } from "./library-types.js";
import type { Site } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/** What a promise is of; undefined if the type is none. */
export function promisedType(type: Type, reader: TypeReader): Type | undefined {
  const library = libraryTypeOf(type, reader);
  const isPromise = library?.kind === "unsupported" && library.reason === "promise";
  return isPromise ? type.getTypeArguments()[0] : undefined;
}

/** Reads what a promise is of, where nothing is a result too. */
export function readPromised(value: Type, site: Site, reader: TypeReader): TypeNode {
  const isVoid = (value.getFlags() & TypeFlags.Void) !== 0;
  return isVoid ? { kind: "primitive", name: "void" } : reader.read(value, site);
}
