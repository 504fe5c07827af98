import type { Method, Param } from "@crosspane/core/stub-v1";
import JSON5 from "json5";
import { UsageError } from "../usage-error.js";
import { fromNotation } from "./notation.js";

/**
 * Reads the arguments of a method from the command line. Each is JSON5 with the keys of the
 * notation; an argument that is not JSON5 is text, and for a `string` so is everything that is not
 * quoted.
 * @param label the method, such as `Inventory.get`.
 * @throws {UsageError} if there are too many, or one begins an object or array that is malformed.
 */
export function parseArguments(label: string, method: Method, texts: readonly string[]): readonly unknown[] {
  const { params } = method;
  const rest = params.at(-1)?.rest === true ? params.at(-1) : undefined;
  if (rest === undefined && texts.length > params.length) {
    const names = params.map(({ name }) => name).join(", ");
    const takes = params.length === 0 ? "no arguments" : `at most ${params.length} (${names})`;
    throw new UsageError(`${label} takes ${takes}, and ${texts.length} were given`);
  }
  return texts.map((text, index) => parseArgument(label, params[index] ?? (rest as Param), text));
}

function parseArgument(label: string, { name, shape }: Param, text: string): unknown {
  let json: unknown;
  try {
    json = JSON5.parse(text);
  } catch (error) {
    if (shape.kind === "string" || !/^\s*[[{]/.test(text)) return text;
    throw new UsageError(`${label}: ${name} is not JSON5: ${(error as Error).message}`);
  }
  if (shape.kind === "string" && typeof json !== "string") return text;
  try {
    return fromNotation(json);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${label}: ${name}: ${error.message}`);
  }
}
