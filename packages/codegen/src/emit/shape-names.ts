import type { ContractModel } from "../model/contract.js";
import type { TypeNode } from "../model/type-node.js";
import { childTypes, walkContract } from "../model/walk.js";
import { camelCase } from "../text/identifier.js";
import type { NameScope } from "./name-scope.js";

const maxNameLength = 60;

/** The constants of the named types, in an order in which each is defined before it is used where that is possible. */
export interface ShapeNames {
  readonly order: readonly number[];
  nameOf(id: number): string;
}

/** Names and orders the types that the methods of a contract reach. */
export function createShapeNames(contract: ContractModel, scope: NameScope): ShapeNames {
  const reached: number[] = [];
  walkContract(contract, (type) => {
    if (type.kind === "reference" && !reached.includes(type.id)) reached.push(type.id);
  });
  const names = new Map(reached.map((id) => [id, scope.claim(baseName(contract.types[id]!.name), "Shape")]));
  return { order: orderTypes(contract, reached), nameOf: (id) => names.get(id)! };
}

function baseName(typeName: string): string {
  return camelCase(typeName).slice(0, maxNameLength);
}

function orderTypes(contract: ContractModel, reached: readonly number[]): readonly number[] {
  const order: number[] = [];
  const entered = new Set<number>();
  const enter = (id: number): void => {
    if (entered.has(id)) return;
    entered.add(id);
    enterUses(contract.types[id]!.type);
    order.push(id);
  };
  const enterUses = (type: TypeNode): void => {
    if (type.kind === "reference") enter(type.id);
    else for (const child of childTypes(type)) enterUses(child);
  };
  for (const id of reached) enter(id);
  return order;
}
