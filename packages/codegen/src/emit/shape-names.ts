import type { ContractModel } from "../model/contract.js";
import { referencesIn, walkContract } from "../model/walk.js";
import { camelCase } from "../text/identifier.js";
import type { NameScope } from "./name-scope.js";

const maxNameLength = 60;

/** Constants of the named types. Each is defined before it is used, if possible. */
export interface ShapeNames {
  readonly order: readonly number[];
  nameOf(id: number): string;
}

/** Names and orders the types that the methods of a contract reach. */
export function createShapeNames(contract: ContractModel, scope: NameScope): ShapeNames {
  const reached = new Set<number>();
  walkContract(contract, (type) => {
    if (type.kind === "reference") reached.add(type.id);
  });
  const names = new Map(
    [...reached].map((id) => [id, scope.claim(baseName(contract.types[id]!.name), "Shape")]),
  );
  return { order: orderTypes(contract, reached), nameOf: (id) => names.get(id)! };
}

function baseName(typeName: string): string {
  return camelCase(typeName).slice(0, maxNameLength);
}

/**
 * Orders types after those that they use, in a list and not by recursion: the chain may have any
 * length.
 */
function orderTypes(contract: ContractModel, reached: Iterable<number>): readonly number[] {
  const order: number[] = [];
  const entered = new Set<number>();
  const open: { readonly id: number; readonly uses: Iterator<number> }[] = [];
  const enter = (id: number): void => {
    if (entered.has(id)) return;
    entered.add(id);
    open.push({ id, uses: referencesIn(contract.types[id]!.type).values() });
  };
  for (const id of reached) {
    enter(id);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const use = top.uses.next();
      if (use.done !== true) enter(use.value);
      else order.push(open.pop()!.id);
    }
  }
  return order;
}
