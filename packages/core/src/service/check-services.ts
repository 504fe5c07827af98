import { RpcError } from "../errors/rpc-error.js";
import { parsePeerRule } from "./peer-rule.js";
import { assertSameCopy } from "./same-copy.js";
import type { Service, ServiceImplementation } from "./service.js";

const example = "[Inventory.implement(new DiskInventory())]";
const sameName = "remove one, or give one of two contracts another name: `@service some.other.Name`";
const missingMethod = "add it, or run `crosspane generate` if the contract no longer has it";

/**
 * Checks services before they are offered: each is a generated service with all methods, a unique
 * name and valid rules.
 * @throws {RpcError} `invalidArgument` with the names of the service and the method,
 * `failedPrecondition` for a service of another copy of this package.
 */
export function checkServices(services: readonly ServiceImplementation[]): readonly ServiceImplementation[] {
  const names = new Set<string>();
  if (!Array.isArray(services))
    throw new RpcError("invalidArgument", `services must be an array: ${example}`);
  for (const service of services as readonly Partial<ServiceImplementation & Service<unknown>>[]) {
    const { definition, implementation, implement } = service ?? {};
    if (definition === undefined) {
      throw new RpcError("invalidArgument", `services must be made by the generated value: ${example}`);
    }
    if (implement !== undefined) {
      const { name } = definition;
      throw new RpcError(
        "invalidArgument",
        `services: ${name} itself has no implementation; pass ${name}.implement(…) with an object that has its methods`,
      );
    }
    assertSameCopy(definition);
    if (names.has(definition.name)) {
      throw new RpcError(
        "invalidArgument",
        `services: ${definition.name} is offered twice on one connection; ${sameName}`,
      );
    }
    names.add(definition.name);
    for (const rule of definition.allow ?? []) parsePeerRule(rule);
    for (const { name, allow } of definition.methods) {
      for (const rule of allow ?? []) parsePeerRule(rule);
      if (typeof (implementation as Record<string, unknown> | undefined)?.[name] !== "function") {
        const hint =
          typeof implementation === "function"
            ? "it is a class or a function, pass an instance"
            : missingMethod;
        throw new RpcError(
          "invalidArgument",
          `the implementation of ${definition.name} has no method ${name}; ${hint}`,
        );
      }
    }
  }
  return services;
}

/**
 * Returns the definition of a service that a program passes.
 * @throws {RpcError} `invalidArgument` for anything else.
 */
export function definitionOf<T extends { readonly name: string }>(
  service: { readonly definition: T },
  where: string,
): T {
  const { definition } = (service ?? {}) as { readonly definition?: T };
  if (definition !== undefined) return definition;
  throw new RpcError(
    "invalidArgument",
    `${where}: this is not a service; pass the generated value: connection.${where}(Inventory), from inventory.crosspane.js`,
  );
}
