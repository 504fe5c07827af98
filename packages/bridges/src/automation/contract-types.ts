/**
 * The types of services as data that may be sent to a thread. Types refer to each other by their
 * place in a table, so they may be recursive.
 */

/** Place of a type in {@link ContractTypes.types}. */
export type TypeId = number;

/** The type of a method without a result. */
export const voidType: TypeId = 0;

/** Place of an interface in {@link ContractTypes.interfaces}. */
export type InterfaceId = number;

export interface ContractTypes {
  readonly types: readonly ContractType[];
  readonly interfaces: readonly ContractInterface[];
  /** Number of interfaces that are the services themselves. They come first. */
  readonly services: number;
}

/** A type. `carries` is true if its values may hold objects or functions. */
export type ContractType = TypeForm & { readonly label: string; carries: boolean };

export type TypeForm =
  | { readonly kind: PlainKind }
  | { readonly kind: "oneOf"; readonly values: readonly (string | number | boolean | bigint)[] }
  | { readonly kind: "array" | "set" | "record"; readonly item: TypeId }
  | { readonly kind: "map"; readonly key: TypeId; readonly value: TypeId }
  | { readonly kind: "tuple"; readonly items: readonly TypeId[] }
  | { readonly kind: "object"; readonly fields: readonly ContractField[] }
  | { readonly kind: "union"; readonly members: readonly TypeId[] }
  | { readonly kind: "function"; readonly method: ContractMethod }
  | { readonly kind: "reference"; readonly of: InterfaceId };

export type PlainKind =
  | "unknown"
  | "void"
  | "undefined"
  | "null"
  | "string"
  | "number"
  | "boolean"
  | "bigint"
  | "date"
  | "bytes"
  /** A typed array; the label names it. */
  | "typedArray"
  /** An optional argument that automation cannot pass. */
  | "omitted";

export interface ContractField {
  readonly name: string;
  readonly optional: boolean;
  readonly type: TypeId;
}

export interface ContractInterface {
  readonly name: string;
  readonly methods: readonly ContractMethod[];
  /** True for a subscription: it goes on until its `close` is called, also if no one holds it. */
  readonly isSubscription: boolean;
}

export interface ContractMethod {
  readonly name: string;
  readonly kind: "unary" | "stream" | "notify";
  readonly params: readonly ContractParam[];
  readonly result: TypeId;
  /** For a stream, the type of the function that is called with each item, the last argument. */
  readonly onItem: TypeId | undefined;
}

export interface ContractParam {
  readonly name: string;
  /** For a rest parameter, the type of one of its values. */
  readonly type: TypeId;
  readonly optional: boolean;
  readonly rest: boolean;
}

/** An object or function of the service, in the place of the value. Its number is its name. */
export interface ServiceObject {
  readonly serviceObject: number;
}

/** An object or function of a script, in the place of the value. */
export interface ScriptObject {
  readonly scriptObject: number;
}

/** Returns the type at a place. */
export function typeAt(contract: ContractTypes, id: TypeId): ContractType {
  return contract.types[id] as ContractType;
}
