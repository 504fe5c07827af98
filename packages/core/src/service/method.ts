import { carriesReferences } from "../shape/carries-references.js";
import { beginConversion } from "../shape/conversion.js";
import { withNestingLimit } from "../shape/enter-level.js";
import type { Exchange, Shape } from "../shape/shape.js";
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

/** How a method is answered: once, with a stream, or not at all. */
export type MethodKind = "unary" | "stream" | "notify";

/** What a contract's tags say about a method. */
export interface MethodOptions {
  /** The error classes that travel as themselves: `@throws {OutOfStock}`. */
  readonly errors?: readonly ErrorType[];
  /** Doing it twice does no more than doing it once, so that it may be tried again: `@idempotent`. */
  readonly idempotent?: true;
  /** Who may call it, one rule for each `@allow` tag; any of them is enough. */
  readonly allow?: readonly string[];
}

/** A declared method. Its number on the wire is its place in the service's list. */
export interface Method extends MethodOptions {
  readonly name: string;
  /** `unary` gets one answer; so does `stream`, and it is a stream; `notify` is one-way. */
  readonly kind: MethodKind;
  /** 16 hexadecimal digits that change when the parameters, the result or the kind change. */
  readonly fingerprint: string;
  readonly params: readonly Param[];
  /** For `notify`, void. */
  readonly result: Shape;
  /**
   * Kept by {@link referenceUsage}.
   * @internal
   */
  usage?: ReferenceUsage;
}

/**
 * Checks and converts a call's arguments, in either direction. When sending, more arguments than parameters are left
 * behind, as JavaScript itself would; when receiving they are a mismatch.
 * @throws {ShapeMismatch}
 */
export function convertArgs(
  method: Method,
  args: readonly unknown[],
  sending: boolean,
  levelsLeft: number,
  exchange?: Exchange,
): readonly unknown[] {
  beginConversion();
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
      converted[i] = param.shape.convert(value, sending, levelsLeft, exchange);
    } catch (thrown) {
      throw argumentMismatch(withNestingLimit(thrown, levelsLeft), {
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
export function convertResult(
  method: Method,
  value: unknown,
  sending: boolean,
  levelsLeft: number,
  exchange?: Exchange,
): unknown {
  beginConversion();
  try {
    return method.result.convert(value, sending, levelsLeft, exchange);
  } catch (thrown) {
    throw ShapeMismatch.within(withNestingLimit(thrown, levelsLeft), "result");
  }
}

/** Whether something in a method's arguments, or in its result, travels by reference. */
export interface ReferenceUsage {
  readonly args: boolean;
  readonly result: boolean;
}

/** Asked for each call, and found out once: most methods carry nothing, and pay nothing for those that do. */
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
