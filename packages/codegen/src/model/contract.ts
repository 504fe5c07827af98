import type { Location } from "./location.js";
import type { Place, Problem } from "./problem.js";
import type { FieldModel, ParamModel, TypeNode, TypeTable } from "./type-node.js";

/** Where generated code imports a value of the author's from. */
export interface ValueImport {
  /** What the module exports it as. */
  readonly name: string;
  /** As the contract writes it, or an absolute path with forward slashes of a file of the author's. */
  readonly module: { readonly specifier: string } | { readonly file: string };
}

/** An error class that a method declares with `@throws`. */
export interface ErrorModel {
  /** As the tag says it: its name on the wire. */
  readonly name: string;
  readonly value: ValueImport;
  /** What the class declares beyond `Error` or `RpcError`. */
  readonly fields: readonly FieldModel[];
  /** Its other properties, such as getters, and what every error has. */
  readonly notSent: readonly string[];
  readonly place: Place;
}

/** What the tags of a method say. */
export interface MethodTags {
  readonly errors: readonly ErrorModel[];
  readonly isIdempotent: boolean;
  /** The rules of the `@allow` tags, as written. */
  readonly allow: readonly string[];
}

export interface MethodModel {
  readonly name: string;
  /** Lines of the doc comment, without the comment marks. */
  readonly docs: readonly string[];
  /** `notify` is one-way: the method returns `void`. `stream` answers with one. */
  readonly way: "unary" | "stream" | "notify";
  readonly params: readonly ParamModel[];
  readonly result: TypeNode;
  readonly tags: MethodTags;
  readonly at: Location;
}

export interface ServiceModel {
  /** Name of the interface. */
  readonly name: string;
  /** Name on the wire: the interface's, unless the tag gives another. */
  readonly wireName: string;
  readonly docs: readonly string[];
  readonly methods: readonly MethodModel[];
  /** It extends `Disposable` or `AsyncDisposable`. */
  readonly isDisposable: boolean;
  /** The rules of its own `@allow` tags, as written. */
  readonly allow: readonly string[];
  readonly problems: readonly Problem[];
  readonly at: Location;
}

/** One source file with `@service` interfaces. */
export interface ContractModel {
  /** Absolute path with forward slashes. */
  readonly file: string;
  readonly services: readonly ServiceModel[];
  /** Services of other contracts that values of this one refer to, directly or through others. */
  readonly linked: readonly ServiceModel[];
  readonly types: TypeTable;
  /** What is wrong outside of any service. */
  readonly problems: readonly Problem[];
}
