import type { Type } from "ts-morph";
import type { StreamForm, TypeNode } from "../model/type-node.js";
import { libraryTypeOf } from "./library-types.js";
import { type Site, siteWithin, unsupported } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/**
 * Reads a stream. `AsyncIterable` and its variants may carry any type, the streams of the platform
 * only bytes.
 */
export function readStream(
  form: StreamForm,
  type: Type,
  { site, reader }: { readonly site: Site; readonly reader: TypeReader },
): TypeNode {
  const [item] = type.getTypeArguments();
  if (form === "Readable") return { kind: "stream", form, item: bytes };
  if (item === undefined) return unsupported(site, "stream", type.getText(site.node));
  if (form === "AsyncIterable") {
    return { kind: "stream", form, item: reader.read(item, siteWithin(site, "[]", undefined)) };
  }
  const library = libraryTypeOf(item, reader);
  const isBytes = library?.kind === "primitive" && library.name === "bytes";
  return isBytes
    ? { kind: "stream", form, item: bytes }
    : unsupported(site, "stream", type.getText(site.node));
}

const bytes: TypeNode = { kind: "primitive", name: "bytes" };
