import type { JsonForm } from "./json-form.js";
import { at, JsonMismatch, kindOf } from "./json-mismatch.js";
import type { JsonWalk } from "./json-walk.js";
import {
  bigintForm,
  bytesForm,
  dateForm,
  markedWith,
  numberForm,
  stringForm,
  undefinedForm,
} from "./scalar-forms.js";

/** Forms of values that `unknown` carries and JSON does not have. */
const marked: readonly JsonForm[] = [dateForm, bytesForm, bigintForm, undefinedForm];

/** Key of an object as it is, also if its only key is a mark. */
const objectMark = "$object";

/**
 * `unknown`: JSON as it is, in which an object with one key of those above is the value that JSON
 * does not have: `{ "$date": "…" }`.
 */
export const unknownForm: JsonForm = { kinds: undefined, read, write };

function read(json: unknown, walk: JsonWalk): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return walk.inner(() => json.map((each, i) => at(i, () => read(each, walk))));
  for (const form of marked) {
    const mark = form.mark as string;
    const data = markedWith(mark, json);
    if (data !== undefined) return at(mark, () => form.read(data, walk));
  }
  if (markedWith("$number", json) !== undefined) return numberForm.read(json, walk);
  const plain = markedWith(objectMark, json) ?? json;
  if (typeof plain !== "object" || plain === null || Array.isArray(plain))
    throw JsonMismatch.within(new JsonMismatch("object", kindOf(plain)), objectMark);
  return properties(plain, walk, read);
}

function write(value: unknown, walk: JsonWalk): unknown {
  switch (typeof value) {
    case "number":
      return numberForm.write(value, walk);
    case "string":
      return stringForm.write(value, walk);
    case "boolean":
      return value;
    case "bigint":
      return { $bigint: bigintForm.write(value, walk) };
    case "undefined":
      return { $undefined: null };
    case "object":
      return value === null ? null : writeObject(value, walk);
    default:
      throw new JsonMismatch("data that JSON can say", kindOf(value));
  }
}

function writeObject(value: object, walk: JsonWalk): unknown {
  if (Array.isArray(value)) return walk.inner(() => value.map((each, i) => at(i, () => write(each, walk))));
  if (value instanceof Date) return { $date: dateForm.write(value, walk) };
  if (value instanceof Uint8Array) return { $bytes: bytesForm.write(value, walk) };
  const object = properties(value, walk, (each) => (each === undefined ? undefined : write(each, walk)));
  const [key, ...others] = Object.keys(value);
  return key?.startsWith("$") === true && others.length === 0 ? { [objectMark]: object } : object;
}

function properties(
  source: object,
  walk: JsonWalk,
  convert: (value: unknown, walk: JsonWalk) => unknown,
): Record<string, unknown> {
  return walk.inner(() =>
    Object.fromEntries(
      Object.entries(source).map(([name, each]) => [name, at(name, () => convert(each, walk))]),
    ),
  );
}
