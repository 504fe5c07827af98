import { RpcError } from "../errors/rpc-error.js";
import { parsePeerRule } from "../policy/peer-rule.js";
import { requireOwn } from "./require-own.js";
import type { ServiceImplementation } from "./service.js";

/**
 * Makes sure before anything is offered that every service is one, has all its methods and a name of its own, and that its rules can be read.
 * @throws {RpcError} `invalidArgument` naming the service and the method, `failedPrecondition` for one of another copy of this package.
 */
export function checkServices(services: readonly ServiceImplementation[]): readonly ServiceImplementation[] {
  const names = new Set<string>();
  for (const { definition, implementation } of services) {
    if (definition === undefined) {
      throw new RpcError(
        "invalidArgument",
        "services must be made by the generated value: [Inventory.implement(new DiskInventory())]",
      );
    }
    requireOwn(definition);
    if (names.has(definition.name)) {
      throw new RpcError(
        "invalidArgument",
        `the service ${definition.name} is offered twice on one connection`,
      );
    }
    names.add(definition.name);
    for (const rule of definition.allow ?? []) parsePeerRule(rule);
    for (const { name, allow } of definition.methods) {
      for (const rule of allow ?? []) parsePeerRule(rule);
      if (typeof (implementation as Record<string, unknown> | undefined)?.[name] !== "function") {
        throw new RpcError(
          "invalidArgument",
          `the implementation of ${definition.name} has no method ${name}`,
        );
      }
    }
  }
  return services;
}
