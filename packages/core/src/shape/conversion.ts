import { RpcError } from "../errors/rpc-error.js";
import { maxConversionSteps } from "../transport/limits.js";
import { nestingMismatch, withNestingLimit } from "./nesting-limit.js";
import type { Attempt, Conversion, Direction, Exchange, Shape, UnionFit } from "./shape.js";
import { ShapeMismatch } from "./shape-mismatch.js";

/**
 * Begins the conversion of a value from the program to the wire.
 * @param maxNesting levels of arrays and maps that the receiver accepts.
 * @param exchange carries values that travel by reference; without one, none can.
 */
export function sendConversion(maxNesting: number, exchange?: Exchange): Conversion {
  return new ValueConversion("send", maxNesting, exchange);
}

/**
 * Begins the conversion of a decoded value from the wire to the program. Its nesting is not limited
 * again, since the structure guard has limited it.
 * @param exchange carries values that travel by reference; without one, none can.
 */
export function receiveConversion(exchange?: Exchange): Conversion {
  return new ValueConversion("receive", unlimitedNesting, exchange);
}

/**
 * Converts a whole value, as {@link Shape.convert} does. The error of a value that is nested too
 * deep names the limit.
 */
export function convertWhole(shape: Shape, value: unknown, conversion: Conversion): unknown {
  try {
    return shape.convert(value, conversion);
  } catch (thrown) {
    throw withNestingLimit(thrown, conversion.maxNesting);
  }
}

/** More levels than a stack holds, in a form that engines keep without allocating. */
const unlimitedNesting = 0x3fff_ffff;

class ValueConversion implements Conversion {
  direction: Direction;
  exchange: Exchange | undefined;
  readonly maxNesting: number;
  steps = 0;
  #levelsLeft: number;
  /** Number of guesses that the walk is inside of. */
  #guesses = 0;
  /**
   * Results of the unions inside a guess, by value. A value is tried as one member after the other,
   * and its parts are the same each time.
   */
  #remembered: Map<object, UnionResult[]> | undefined;

  constructor(direction: Direction, maxNesting: number, exchange: Exchange | undefined) {
    this.direction = direction;
    this.maxNesting = maxNesting;
    this.exchange = exchange;
    this.#levelsLeft = maxNesting;
  }

  get isGuessing(): boolean {
    return this.#guesses > 0;
  }

  enterLevel(levels = 1): void {
    if (this.#levelsLeft < levels) throw nestingMismatch();
    this.#levelsLeft -= levels;
  }

  leaveLevel(levels = 1): void {
    this.#levelsLeft += levels;
  }

  spendSteps(count: number, label: string): void {
    this.steps += count;
    if (this.steps <= maxConversionSteps) return;
    const remedy = "give the members of its unions a property that tells them apart, or send less at once";
    throw new RpcError(
      "resourceExhausted",
      `a value of type ${label} takes more than maxConversionSteps = ${maxConversionSteps} steps to check: ${remedy}`,
    );
  }

  spendInGuess(count: number, label: string): void {
    if (this.#guesses > 0) this.spendSteps(count, label);
  }

  attempt(shape: Shape, value: unknown): Attempt {
    const mark = this.exchange?.mark ?? 0;
    const levelsLeft = this.#levelsLeft;
    this.#guesses++;
    try {
      return { fits: true, converted: shape.convert(value, this) };
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw thrown;
      this.exchange?.forget(mark);
      this.#levelsLeft = levelsLeft;
      return { fits: false, thrown };
    } finally {
      this.#guesses--;
    }
  }

  readBack(shape: Shape, sent: unknown): unknown {
    const { direction, exchange } = this;
    this.direction = "receive";
    this.exchange = undefined;
    try {
      return shape.convert(sent, this);
    } finally {
      this.direction = direction;
      this.exchange = exchange;
    }
  }

  recall(union: Shape, value: object): { readonly fit: UnionFit | undefined } | undefined {
    return this.#remembered
      ?.get(value)
      ?.find(
        (one) =>
          one.union === union && one.direction === this.direction && one.levelsLeft === this.#levelsLeft,
      );
  }

  remember(union: Shape, value: object, fit: UnionFit | undefined): void {
    const result = { union, direction: this.direction, levelsLeft: this.#levelsLeft, fit };
    this.#remembered ??= new Map();
    const others = this.#remembered.get(value);
    if (others === undefined) this.#remembered.set(value, [result]);
    else others.push(result);
  }
}

/** Result of a union for a value. It depends on the levels that were left. */
interface UnionResult {
  readonly union: Shape;
  readonly direction: Direction;
  readonly levelsLeft: number;
  /** Undefined if no member fits. */
  readonly fit: UnionFit | undefined;
}
