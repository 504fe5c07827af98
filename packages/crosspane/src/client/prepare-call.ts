import type { Service } from "@crosspane/core";
import type { Method } from "@crosspane/core/stub-v1";
import { type ContractSearch, findService } from "../contracts/load-services.js";
import { UsageError } from "../usage-error.js";
import { parseArguments } from "../values/parse-arguments.js";

/** A call as the command line describes it. */
export interface PreparedCall {
  readonly service: Service<object>;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/**
 * Finds the method and reads the arguments, so that a mistake is reported without a server.
 * @param name `Service.method`
 * @throws {UsageError} if there is no such method, or an argument cannot be read.
 */
export async function prepareCall(
  name: string,
  texts: readonly string[],
  search: ContractSearch,
): Promise<PreparedCall> {
  const dot = name.lastIndexOf(".");
  if (dot <= 0) throw new UsageError(`${name} is not a method: write Service.method`);
  const serviceName = name.slice(0, dot);
  const service = await findService(serviceName, search);
  const { methods } = service.definition;
  const method = methods.find((each) => each.name === name.slice(dot + 1));
  if (method === undefined) {
    const known = methods.map((each) => each.name).join(", ");
    throw new UsageError(`${serviceName} has no method ${name.slice(dot + 1)}; it has: ${known}`);
  }
  return { service, method, args: parseArguments(name, method, texts) };
}
