import { describeShape, type Shape } from "@crosspane/core/bridge";
import { flatMembers, includesUndefined, jsonFormOf } from "./json-forms.js";
import { markedMembers } from "./union-form.js";

/** A JSON Schema of draft 2020-12, which OpenAPI 3.1 uses. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Creates the JSON Schemas of types, with the named types as components of one document. */
export class JsonSchemas {
  readonly #names = new Map<Shape, string>();
  readonly #components = new Map<string, JsonSchema>();

  /** Schemas of the named types that were used so far, by their names. */
  get components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(this.#components);
  }

  /** Returns the schema of a type that JSON can say. */
  of(shape: Shape): JsonSchema {
    const type = describeShape(shape);
    switch (type.kind) {
      case "string":
        return { type: "string" };
      case "text":
        return { type: "string", description: type.label };
      case "number":
        return { type: "number" };
      case "boolean":
        return { type: "boolean" };
      case "bigint":
        return { type: "string", pattern: "^-?[0-9]+$" };
      case "null":
      case "undefined":
      case "void":
        return { type: "null" };
      case "Date":
        return { type: "string", format: "date-time" };
      case "Uint8Array":
        return { type: "string", contentEncoding: "base64" };
      case "oneOf": {
        const { write } = jsonFormOf(shape);
        return { enum: type.values.map((value) => write(value, undefined as never)) };
      }
      case "typedArray":
        return {
          type: "array",
          items: type.name.startsWith("Big") ? { type: "string", pattern: "^-?[0-9]+$" } : { type: "number" },
        };
      case "array":
        return { type: "array", items: this.of(type.item) };
      case "set":
        return { type: "array", items: this.of(type.item), uniqueItems: true };
      case "record":
        return { type: "object", additionalProperties: this.of(type.item) };
      case "map":
        return { type: "array", items: this.#tuple([type.key, type.value], 2, undefined) };
      case "tuple":
        return this.#tuple(type.items, type.required, type.rest);
      case "union":
        return this.#union(flatMembers(type.members));
      case "object":
        return this.#object(shape, type.name, type.fields);
      // Anything.
      default:
        return {};
    }
  }

  /** Returns the schema of an object with these properties. */
  objectOf(fields: readonly Property[]): JsonSchema {
    const required = fields
      .filter(({ optional, shape }) => !optional && !includesUndefined(shape))
      .map(({ name }) => name);
    return {
      type: "object",
      properties: Object.fromEntries(fields.map(({ name, shape }) => [name, this.of(shape)])),
      ...(required.length === 0 ? {} : { required }),
    };
  }

  #object(shape: Shape, label: string, fields: readonly Property[]): JsonSchema {
    // A shape that stands for one that is defined further down has the parts of that one only.
    const target = shape.kind === "lazy" ? (shape.parts?.[0] ?? shape) : shape;
    let name = this.#names.get(target);
    if (name === undefined) {
      name = this.#free(label);
      this.#names.set(target, name);
      // Reserved first: the type may contain itself.
      this.#components.set(name, {});
      this.#components.set(name, this.objectOf(fields));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** Returns a name for a component that no other type has. */
  #free(label: string): string {
    const base = /^[A-Za-z0-9._-]+$/.test(label)
      ? label
      : label.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 40);
    let name = base === "" ? "Type" : base;
    for (let i = 2; this.#components.has(name); i++) name = `${base}_${i}`;
    return name;
  }

  #tuple(items: readonly Shape[], required: number, rest: Shape | undefined): JsonSchema {
    return {
      type: "array",
      ...(items.length === 0 ? {} : { prefixItems: items.map((item) => this.of(item)) }),
      items: rest === undefined ? false : this.of(rest),
      minItems: required,
    };
  }

  #union(members: readonly Shape[]): JsonSchema {
    const marked = markedMembers(members.map(jsonFormOf));
    const schemas = members.map((member) => {
      const form = jsonFormOf(member);
      return marked.includes(form) ? markedSchema(form.mark as string, this.of(member)) : this.of(member);
    });
    const [only, another] = schemas;
    return only !== undefined && another === undefined ? only : { anyOf: schemas };
  }
}

/** A property or a parameter. */
interface Property {
  readonly name: string;
  readonly shape: Shape;
  readonly optional: boolean;
}

function markedSchema(mark: string, data: JsonSchema): JsonSchema {
  return { type: "object", properties: { [mark]: data }, required: [mark], additionalProperties: false };
}
