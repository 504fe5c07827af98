import { describeShape, type Shape, type ShapeDescription } from "@crosspane/core/bridge";
import { arrayForm, mapForm, objectForm, recordForm, setForm, tupleForm } from "./collection-forms.js";
import type { JsonForm } from "./json-form.js";
import {
  bigintForm,
  booleanForm,
  bytesForm,
  dateForm,
  nullForm,
  numberForm,
  oneOfForm,
  stringForm,
  typedArrayForm,
  undefinedForm,
} from "./scalar-forms.js";
import { unionForm } from "./union-form.js";
import { unknownForm } from "./unknown-form.js";

const known = new WeakMap<Shape, JsonForm>();

/**
 * Returns the JSON form of a declared type, which {@link whyNotJson} has accepted. Forms of
 * recursive types refer to themselves, so their parts are created when they are first needed.
 */
export function jsonFormOf(shape: Shape): JsonForm {
  let form = known.get(shape);
  if (form === undefined) {
    form = create(describeShape(shape));
    known.set(shape, form);
  }
  return form;
}

function create(type: ShapeDescription): JsonForm {
  switch (type.kind) {
    case "string":
    case "text":
      return stringForm;
    case "number":
      return numberForm;
    case "boolean":
      return booleanForm;
    case "bigint":
      return bigintForm;
    case "null":
      return nullForm;
    case "undefined":
    case "void":
      return undefinedForm;
    case "Date":
      return dateForm;
    case "Uint8Array":
      return bytesForm;
    case "unknown":
      return unknownForm;
    case "oneOf":
      return oneOfForm(type.values);
    case "typedArray":
      return typedArrayForm(type.name);
    case "array":
      return arrayForm(later(type.item));
    case "set":
      return setForm(later(type.item));
    case "record":
      return recordForm(later(type.item));
    case "map":
      return mapForm(later(type.key), later(type.value));
    case "tuple":
      return tupleForm(type.items.map(later), type.required, type.rest && later(type.rest));
    case "object":
      return objectForm(
        type.name,
        once(() =>
          type.fields.map(({ name, optional, shape }) => ({
            name,
            optional,
            form: jsonFormOf(shape),
            mayBeUndefined: includesUndefined(shape),
          })),
        ),
      );
    case "union":
      return unionForm(type.label, () => flatMembers(type.members).map(jsonFormOf));
    case "signal":
    case "stream":
    case "function":
    case "reference":
      throw new TypeError(`there is no JSON for a ${type.kind}`);
  }
}

/** Returns the members of a union, with those of the unions among them in their place. */
export function flatMembers(members: readonly Shape[]): readonly Shape[] {
  return members.flatMap((member) => {
    const type = describeShape(member);
    return type.kind === "union" ? flatMembers(type.members) : [member];
  });
}

/** True if a value of the type may be undefined, so that a property of it may be left out. */
export function includesUndefined(shape: Shape): boolean {
  const type = describeShape(shape);
  if (type.kind === "union") return flatMembers(type.members).some(includesUndefined);
  return type.kind === "undefined";
}

/** Returns a form that is created when it is first used. */
function later(shape: Shape): JsonForm {
  const form = once(() => jsonFormOf(shape));
  return {
    get kinds() {
      return form().kinds;
    },
    read: (json, walk) => form().read(json, walk),
    write: (value, walk) => form().write(value, walk),
  };
}

function once<T extends object>(create: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= create();
    return made;
  };
}
