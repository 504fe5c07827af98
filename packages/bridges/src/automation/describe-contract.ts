import { RpcError, type ServiceDefinition, type ServiceImplementation } from "@crosspane/core";
import type { Method, Shape } from "@crosspane/core/stub-v1";
import type {
  ContractField,
  ContractInterface,
  ContractMethod,
  ContractType,
  ContractTypes,
  InterfaceId,
  PlainKind,
  TypeForm,
  TypeId,
} from "./contract-types.js";
import { markCarriers } from "./mark-carriers.js";

/**
 * Describes services for the threads of a bridge.
 * @throws {RpcError} `invalidArgument` naming the service, the method and the reason if automation
 * cannot offer a service.
 */
export function describeContract(services: readonly ServiceImplementation[]): ContractTypes {
  const describer = new ContractDescriber();
  for (const { definition } of services) describer.interfaceOf(definition);
  assertDistinct("the services", services, ({ definition }) => definition.name);
  const contract = describer.finish(services.length);
  markCarriers(contract);
  return contract;
}

/** Parts of the shapes that only their classes declare. */
interface AnyShape extends Shape {
  readonly values?: ReadonlySet<string | number | boolean | bigint>;
  readonly fields?: readonly { readonly name: string; readonly optional: boolean; readonly shape: Shape }[];
  readonly definition?: ServiceDefinition<unknown>;
  readonly item?: Shape;
}

/** The kinds of shapes that hold no other shape. */
const plainKinds: Readonly<Record<string, PlainKind>> = {
  unknown: "unknown",
  void: "void",
  undefined: "undefined",
  null: "null",
  string: "string",
  text: "string",
  number: "number",
  boolean: "boolean",
  bigint: "bigint",
  Date: "date",
  Uint8Array: "bytes",
  typedArray: "typedArray",
};

class ContractDescriber {
  /** The first type is that of methods without a result. */
  readonly #types: ContractType[] = [{ kind: "void", label: "void", carries: false }];
  readonly #interfaces: ContractInterface[] = [];
  readonly #idOfShape = new Map<Shape, TypeId>();
  readonly #idOfDefinition = new Map<object, InterfaceId>();
  #waiting: (() => void)[] = [];

  finish(services: number): ContractTypes {
    // A definition may refer to itself, so methods are described after their interface has a place.
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    return { types: this.#types, interfaces: this.#interfaces, services };
  }

  interfaceOf(definition: ServiceDefinition<unknown>): InterfaceId {
    const known = this.#idOfDefinition.get(definition);
    if (known !== undefined) return known;
    const id = this.#interfaces.length;
    this.#idOfDefinition.set(definition, id);
    const isSubscription = definition.disposable === true && definition.methods.length === 0;
    const methods: ContractMethod[] = [];
    this.#interfaces.push({ name: definition.name, methods, isSubscription });
    this.#waiting.push(() => {
      for (const method of definition.methods) {
        methods.push(this.#method(method, `${definition.name}.${method.name}`));
      }
      assertDistinct(`the methods of ${definition.name}`, methods, ({ name }) => name);
    });
    return id;
  }

  #method(method: Method, label: string): ContractMethod {
    return {
      name: method.name,
      kind: method.kind,
      params: method.params.map(({ name, shape, optional, rest }) => ({
        name,
        optional,
        rest,
        type: this.#param(shape, optional, `${label}: the parameter ${name}`),
      })),
      ...this.#answer(method, label),
    };
  }

  #param(shape: Shape, optional: boolean, where: string): TypeId {
    if (shape.kind === "signal" && optional) return this.#add({ kind: "omitted" }, shape.label, false);
    return this.#type(shape, where);
  }

  /** A stream calls a function with each item, and answers with their number. */
  #answer({ kind, result }: Method, label: string): Pick<ContractMethod, "result" | "onItem"> {
    const { item } = result as AnyShape;
    if (kind !== "stream" || item === undefined) {
      return { result: this.#type(result, `${label}: the result`), onItem: undefined };
    }
    const unknown = this.#add({ kind: "unknown" }, "unknown", false);
    const param = { name: "item", type: this.#type(item, `${label}: an item`), optional: false, rest: false };
    const method = {
      name: "onItem",
      kind: "unary",
      params: [param],
      result: unknown,
      onItem: undefined,
    } as const;
    return { result: unknown, onItem: this.#add({ kind: "function", method }, "function", true) };
  }

  #type(shape: Shape, where: string): TypeId {
    const known = this.#idOfShape.get(shape);
    if (known !== undefined) return known;
    if (shape.kind === "lazy") return this.#type(shape.parts?.[0] as Shape, where);
    const id = this.#add({ kind: "unknown" }, shape.label, false);
    this.#idOfShape.set(shape, id);
    const form = this.#form(shape, where);
    const carries = form.kind === "function" || form.kind === "reference";
    this.#types[id] = { ...form, label: shape.label, carries };
    return id;
  }

  #add(form: TypeForm, label: string, carries: boolean): TypeId {
    this.#types.push({ ...form, label, carries });
    return this.#types.length - 1;
  }

  #form(shape: AnyShape, where: string): TypeForm {
    const plain = plainKinds[shape.kind];
    if (plain !== undefined) return { kind: plain };
    const part = (index: number) => this.#type(shape.parts?.[index] as Shape, where);
    switch (shape.kind) {
      case "oneOf":
        return { kind: "oneOf", values: [...(shape.values ?? [])] };
      case "array":
      case "set":
      case "record":
        return { kind: shape.kind, item: part(0) };
      case "map":
        return { kind: "map", key: part(0), value: part(1) };
      case "tuple":
        return { kind: "tuple", items: (shape.parts ?? []).map((each) => this.#type(each, where)) };
      case "object":
        return { kind: "object", fields: this.#fields(shape, where) };
      case "union":
      case "taggedUnion":
        return { kind: "union", members: this.#members(shape, where) };
      case "function":
        return { kind: "function", method: this.#function(shape, where) };
      case "reference":
        return { kind: "reference", of: this.interfaceOf(shape.definition as ServiceDefinition<unknown>) };
      default:
        throw refusal(where, `is or holds ${article(shape.label)}, which a VARIANT cannot hold`);
    }
  }

  #fields({ label, fields = [] }: AnyShape, where: string): readonly ContractField[] {
    assertDistinct(`the properties of ${label} (${where})`, fields, ({ name }) => name);
    return fields.map(({ name, optional, shape }) => ({
      name,
      optional,
      type: this.#type(shape, `${where}, property ${name}`),
    }));
  }

  #members({ label, parts = [] }: AnyShape, where: string): readonly TypeId[] {
    const targets = parts.map((part) => (part.kind === "lazy" ? (part.parts?.[0] as Shape) : part));
    const objects = targets.filter(({ kind }) => objectKinds.has(kind));
    if (objects.length > 1 && objects.some(({ kind }) => kind === "function" || kind === "reference")) {
      throw refusal(where, `is ${label}, whose objects look the same to a script`);
    }
    return targets.map((part) => this.#type(part, where));
  }

  #function(shape: AnyShape, where: string): ContractMethod {
    const [method] = shape.definition?.methods ?? [];
    return this.#method(method as Method, `${where}, function ${shape.label}`);
  }
}

/** Kinds of shapes that a VARIANT holds as an object. */
const objectKinds: ReadonlySet<string> = new Set(["object", "record", "function", "reference"]);

function article(label: string): string {
  return /^[aeiou]/i.test(label) ? `an ${label}` : `a ${label}`;
}

function refusal(where: string, reason: string): RpcError {
  return new RpcError(
    "invalidArgument",
    `automation: ${where} ${reason}; change the contract, or leave the service out of this bridge`,
  );
}

/**
 * Checks that names differ, also where case is ignored, as it is by COM.
 * @throws {RpcError} `invalidArgument`
 */
function assertDistinct<T>(what: string, list: readonly T[], nameOf: (entry: T) => string): void {
  const seen = new Map<string, string>();
  for (const entry of list) {
    const name = nameOf(entry);
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw new RpcError(
        "invalidArgument",
        `automation: ${what} include ${other} and ${name}, which are one name to COM; rename one`,
      );
    }
    seen.set(name.toLowerCase(), name);
  }
}
