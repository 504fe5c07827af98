import type { Location } from "./location.js";
import type { Place, Problem } from "./problem.js";
import type { FieldModel, ParamModel, TypeNode, TypeTable } from "./type-node.js";

/** The source of a value of the author's that generated code imports. */
export interface ValueImport {
  /** The name that the module exports it as. */
  readonly name: string;
  /**
   * The specifier in the contract, or an absolute path with forward slashes of a file of the
   * author's.
   */
  readonly module: { readonly specifier: string } | { readonly file: string };
}

/** An error class that a method declares with `@throws`. */
export interface ErrorModel {
  /** The name in the tag: its name on the wire. */
  readonly name: string;
  readonly value: ValueImport;
  /** The properties that the class declares beyond `Error` or `RpcError`. */
  readonly fields: readonly FieldModel[];
  /** Its other properties, such as getters, and those of every error. */
  readonly notSent: readonly string[];
  readonly place: Place;
}

/** The tags of a method. */
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
  /** `notify` is one-way: the method returns `void`. The result of `stream` is a stream. */
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
  /** True if it extends `Disposable` or `AsyncDisposable`. */
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
  /** Problems outside any service. */
  readonly problems: readonly Problem[];
}
