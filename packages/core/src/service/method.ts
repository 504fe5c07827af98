import { carriesReferences } from "../shape/carries-references.js";
import { withNestingLimit } from "../shape/nesting-limit.js";
import type { Conversion, Shape } from "../shape/shape.js";
import { type PathSegment, ShapeMismatch } from "../shape/shape-mismatch.js";
import type { ErrorType } from "./error-type.js";

/** A declared parameter. */
export interface Param {
  readonly name: string;
  /** For a rest parameter, the shape of one of its values. */
  readonly shape: Shape;
  readonly optional: boolean;
  readonly rest: boolean;
}

/** Kind of a method: answered once, answered with a stream, or one-way. */
export type MethodKind = "unary" | "stream" | "notify";

/** Options of a method, from the tags of its contract. */
export interface MethodOptions {
  /** Error classes that arrive as instances: `@throws {OutOfStock}`. */
  readonly errors?: readonly ErrorType[];
  /**
   * True if calling it twice has the same effect as once, so that it may be retried: `@idempotent`.
   */
  readonly idempotent?: true;
  /** Rules for callers, one for each `@allow` tag. A caller has to meet one of them. */
  readonly allow?: readonly string[];
}

/** A declared method. Its number on the wire is its index in the service's list. */
export interface Method extends MethodOptions {
  readonly name: string;
  /** `unary` has one answer, `stream` is answered with a stream, `notify` is one-way. */
  readonly kind: MethodKind;
  /** 16 hexadecimal digits that change when the parameters, the result or the kind change. */
  readonly fingerprint: string;
  readonly params: readonly Param[];
  /** For `notify`, void. */
  readonly result: Shape;
  /**
   * Cache of {@link referenceUsage}.
   * @internal
   */
  usage?: ReferenceUsage;
}

/**
 * Checks and converts a call's arguments, in either direction. When sending, surplus arguments are
 * dropped, as JavaScript does. When receiving, they are a mismatch.
 * @throws {ShapeMismatch}
 */
export function convertArgs(
  method: Method,
  args: readonly unknown[],
  conversion: Conversion,
): readonly unknown[] {
  const sending = conversion.direction === "send";
  const { params } = method;
  const last = params.at(-1);
  const restFrom = last?.rest === true ? params.length - 1 : params.length;
  const count = last?.rest === true ? Math.max(args.length, restFrom) : params.length;
  if (!sending && args.length > count) {
    throw new ShapeMismatch(`at most ${count} arguments`, String(args.length));
  }
  const converted = new Array<unknown>(count);
  for (let i = 0; i < count; i++) {
    const param = (i < restFrom ? params[i] : last) as Param;
    const value = args[i];
    if (value === undefined && (param.optional || param.rest) && i >= args.length) continue;
    if (value === undefined && param.optional) continue;
    try {
      converted[i] = param.shape.convert(value, conversion);
    } catch (thrown) {
      throw argumentMismatch(withNestingLimit(thrown, conversion.maxNesting), {
        param,
        index: i - restFrom,
        missing: i >= args.length,
      });
    }
  }
  if (sending) {
    // Optional arguments at the end need no bytes.
    let length = count;
    while (length > 0 && converted[length - 1] === undefined && params[length - 1]?.optional === true)
      length--;
    converted.length = length;
  }
  return converted;
}

/**
 * Checks and converts a call's result, in either direction.
 * @throws {ShapeMismatch}
 */
export function convertResult(method: Method, value: unknown, conversion: Conversion): unknown {
  try {
    return method.result.convert(value, conversion);
  } catch (thrown) {
    throw ShapeMismatch.within(withNestingLimit(thrown, conversion.maxNesting), "result");
  }
}

/** True for the parts of a method that may carry references: its arguments, its result. */
export interface ReferenceUsage {
  readonly args: boolean;
  readonly result: boolean;
}

/**
 * Returns which parts of a method may carry references. It is needed for each call and computed
 * once, so that methods without references pay nothing.
 */
export function referenceUsage(method: Method): ReferenceUsage {
  method.usage ??= {
    args: method.params.some(({ shape }) => carriesReferences(shape)),
    result: carriesReferences(method.result),
  };
  return method.usage;
}

function argumentMismatch(
  thrown: unknown,
  at: { readonly param: Param; readonly index: number; readonly missing: boolean },
): unknown {
  if (!(thrown instanceof ShapeMismatch)) return thrown;
  const mismatch = at.missing ? new ShapeMismatch(at.param.shape.label, "nothing") : thrown;
  const steps: PathSegment[] = at.param.rest ? [at.index, at.param.name] : [at.param.name];
  for (const step of steps) ShapeMismatch.within(mismatch, step);
  return mismatch;
}
