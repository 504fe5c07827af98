import { RpcError } from "../errors/rpc-error.js";
import { maxConversionSteps } from "../transport/limits.js";
import { withNestingLimit } from "./enter-level.js";
import type { Exchange, Shape } from "./shape.js";

/**
 * State of the conversion that runs on this thread. A conversion never waits, so only one runs at a
 * time. Work is counted where a union tries its members, because only there it may outgrow the
 * value.
 */
let steps = 0;
let guesses = 0;

/**
 * Results of the unions inside a guess, by value. A value is tried as one member after the other,
 * and its parts are the same each time.
 */
let remembered: Map<object, Remembered[]> | undefined;

/** Result of a union for a value. */
export interface Remembered {
  readonly union: Shape;
  readonly sending: boolean;
  readonly levelsLeft: number;
  /** Undefined if no member fits. */
  readonly fit: { readonly member: Shape; readonly converted: unknown } | undefined;
}

/** Begins a new value, without the cost of the one before. */
export function beginConversion(): void {
  steps = 0;
  guesses = 0;
  remembered = undefined;
}

/**
 * Converts a whole value, as {@link Shape.convert} does.
 * @param levelsLeft the limit of nesting, which the error of a deeper value names.
 */
export function convertWhole(
  shape: Shape,
  value: unknown,
  sending: boolean,
  levelsLeft: number,
  exchange?: Exchange,
): unknown {
  beginConversion();
  try {
    return shape.convert(value, sending, levelsLeft, exchange);
  } catch (thrown) {
    throw withNestingLimit(thrown, levelsLeft);
  }
}

/**
 * Counts work on a value.
 * @param label the type of the value, for the error.
 * @throws {RpcError} `resourceExhausted` if the value takes more than `maxConversionSteps`.
 */
export function spendSteps(count: number, label: string): void {
  steps += count;
  if (steps <= maxConversionSteps) return;
  const remedy = "give the members of its unions a property that tells them apart, or send less at once";
  throw new RpcError(
    "resourceExhausted",
    `a value of type ${label} takes more than maxConversionSteps = ${maxConversionSteps} steps to check: ${remedy}`,
  );
}

/** Returns the steps that the last value has taken. */
export function stepsSpent(): number {
  return steps;
}

/** Counts work on the parts of a value while a union tries whether they fit. */
export function spendInGuess(count: number, label: string): void {
  if (guesses > 0) spendSteps(count, label);
}

/** Begins to try a member of a union. */
export function beginGuess(): void {
  guesses++;
}

export function endGuess(): void {
  guesses--;
}

/** True inside a guess, where results are remembered. */
export function isGuessing(): boolean {
  return guesses > 0;
}

/** Returns the earlier result of a union for a value, from another guess of the union around it. */
export function recall(
  union: Shape,
  value: object,
  sending: boolean,
  levelsLeft: number,
): Remembered | undefined {
  return remembered
    ?.get(value)
    ?.find((one) => one.union === union && one.sending === sending && one.levelsLeft === levelsLeft);
}

/** Remembers the result of a union for a value, for the next guess. */
export function remember(value: object, made: Remembered): void {
  remembered ??= new Map();
  const others = remembered.get(value);
  if (others === undefined) remembered.set(value, [made]);
  else others.push(made);
}
