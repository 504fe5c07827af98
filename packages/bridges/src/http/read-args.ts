import { RpcError } from "@crosspane/core";
import { describeShape, type Method, type Param } from "@crosspane/core/bridge";
import { arrayForm } from "./json/collection-forms.js";
import type { JsonForm } from "./json/json-form.js";
import { includesUndefined, jsonFormOf } from "./json/json-forms.js";
import { at, JsonMismatch, kindOf } from "./json/json-mismatch.js";
import { JsonWalk } from "./json/json-walk.js";

/**
 * Reads the arguments of a call: from an object with their names, or from an array with their
 * values in order. An `AbortSignal` among the parameters is not in the body: it is `signal`.
 * @param label the method, such as `Shop.greet`.
 * @throws {RpcError} `invalidArgument` with the argument and the place in it.
 */
export function readArgs(
  label: string,
  { params }: Pick<Method, "params">,
  body: { readonly json: unknown; readonly signal: AbortSignal },
): readonly unknown[] {
  const { json, signal } = body;
  const named = inJson(params);
  try {
    const byName = Array.isArray(json) ? fromArray(named, json) : fromObject(named, json);
    const walk = new JsonWalk();
    return params.flatMap((param): readonly unknown[] => {
      if (isSignal(param)) return [signal];
      const value = at(param.name, () => readArgument(param, byName.get(param.name), walk));
      return param.rest ? (value as readonly unknown[]) : [value];
    });
  } catch (thrown) {
    if (!(thrown instanceof JsonMismatch)) throw thrown;
    throw new RpcError("invalidArgument", `${label}: ${thrown.describe()}`);
  }
}

/** Returns the parameters whose arguments are in the body. */
export function inJson(params: readonly Param[]): readonly Param[] {
  return params.filter((param) => !isSignal(param));
}

/** True for a parameter that stands for the signal of the call. */
export function isSignal({ shape }: Pick<Param, "shape">): boolean {
  return describeShape(shape).kind === "signal";
}

function fromArray(params: readonly Param[], json: readonly unknown[]): ReadonlyMap<string, unknown> {
  const last = params.at(-1);
  const rest = last?.rest === true ? last : undefined;
  if (rest === undefined && json.length > params.length) {
    const names = params.map(({ name }) => name).join(", ");
    throw new JsonMismatch(`at most ${params.length} arguments (${names})`, String(json.length));
  }
  const given = params.map(({ name }, index) => [name, json[index]] as const);
  return new Map(rest === undefined ? given : [...given, [rest.name, json.slice(params.length - 1)]]);
}

function fromObject(params: readonly Param[], json: unknown): ReadonlyMap<string, unknown> {
  if (typeof json !== "object" || json === null)
    throw new JsonMismatch("an object or an array of the arguments", kindOf(json));
  const names = params.map(({ name }) => name);
  const unknown = Object.keys(json).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new JsonMismatch(
      `arguments of the names ${names.join(", ")}`,
      JSON.stringify(unknown).slice(0, 40),
    );
  return new Map(Object.entries(json));
}

function readArgument(param: Param, json: unknown, walk: JsonWalk): unknown {
  const form = formOf(param);
  const mayBeMissing = param.optional || param.rest || includesUndefined(param.shape);
  // A caller that passes arguments in order has only null for one that it leaves out.
  const isMissing =
    json === undefined || (json === null && param.optional && form.kinds?.includes("null") === false);
  if (!isMissing) return form.read(json, walk);
  if (!mayBeMissing) throw new JsonMismatch("a value", "nothing");
  return param.rest ? [] : undefined;
}

function formOf({ shape, rest }: Param): JsonForm {
  const form = jsonFormOf(shape);
  return rest ? arrayForm(form) : form;
}
