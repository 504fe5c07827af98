import type { Location } from "./location.js";
import type { Problem } from "./problem.js";
import type { TypeNode, TypeTable } from "./type-node.js";

export interface ParamModel {
  readonly name: string;
  readonly type: TypeNode;
  readonly optional: boolean;
  /** The type is then that of one item. */
  readonly rest: boolean;
}

export interface MethodModel {
  readonly name: string;
  /** Lines of the doc comment, without the comment marks. */
  readonly docs: readonly string[];
  /** `notify` is one-way: the method returns `void`. */
  readonly way: "unary" | "notify";
  readonly params: readonly ParamModel[];
  readonly result: TypeNode;
  readonly at: Location;
}

export interface ServiceModel {
  /** Name of the interface. */
  readonly name: string;
  /** Name on the wire: the interface's, unless the tag gives another. */
  readonly wireName: string;
  readonly docs: readonly string[];
  readonly methods: readonly MethodModel[];
  readonly problems: readonly Problem[];
  readonly at: Location;
}

/** One source file with `@service` interfaces. */
export interface ContractModel {
  /** Absolute path with forward slashes. */
  readonly file: string;
  readonly services: readonly ServiceModel[];
  readonly types: TypeTable;
  /** What is wrong outside of any service. */
  readonly problems: readonly Problem[];
}
