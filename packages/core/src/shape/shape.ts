import type { WireCategory } from "./categories.js";

/**
 * A declared type at run time. It checks a JavaScript value of the type and converts it to plain
 * MessagePack data, and back. Both directions share one traversal, so they accept the same values.
 */
export interface Shape {
  readonly kind: string;
  /** The type as error messages name it: `number`, `Item`, `"a" | "b"`. */
  readonly label: string;
  /**
   * Categories of JavaScript values that `convert` accepts when sending; undefined means any.
   * @internal
   */
  readonly sends: readonly WireCategory[] | undefined;
  /**
   * Categories of decoded values that `convert` accepts when receiving; undefined means any.
   * @internal
   */
  readonly receives: readonly WireCategory[] | undefined;
  /**
   * Checks and converts a value, which is never modified.
   * @returns the value itself if nothing changes, otherwise a copy.
   * @throws {ShapeMismatch} if the value is not of the type.
   */
  convert(value: unknown, conversion: Conversion): unknown;
  /** True if values of the shape travel by reference, through the exchange. */
  readonly byReference?: true;
  /** The shapes that this one consists of, if it has parts. */
  readonly parts?: readonly Shape[];
}

/** Direction of a conversion: from the program to the wire, or from the wire to the program. */
export type Direction = "send" | "receive";

/**
 * The conversion of one value, of which the shapes convert the parts. It never waits. Undeclared
 * data is dropped in both directions.
 */
export interface Conversion {
  readonly direction: Direction;
  /** Carries values that travel by reference; without one, none can. */
  readonly exchange: Exchange | undefined;
  /** Levels of nesting that the value may have, which the error of a deeper value names. */
  readonly maxNesting: number;
  /**
   * Enters the next level of the value, or the next levels. After a `ShapeMismatch` no level has to
   * be left: {@link attempt} returns to its own.
   * @throws {ShapeMismatch} if none is left: a cyclic value ends here and not in a stack overflow.
   */
  enterLevel(levels?: number): void;
  /** Returns from a level that was entered. */
  leaveLevel(levels?: number): void;
  /** Steps of work on the value so far, of `maxConversionSteps`. */
  readonly steps: number;
  /**
   * Counts work on the value.
   * @param label the type of the part, for the error.
   * @throws {RpcError} `resourceExhausted` if the value takes more than `maxConversionSteps`.
   */
  spendSteps(count: number, label: string): void;
  /**
   * Counts work as {@link spendSteps} does if a union tries whether a member fits. Only there the
   * work may outgrow the value.
   */
  spendInGuess(count: number, label: string): void;
  /** Converts a value by a shape that may not fit. Undoes what a shape that does not fit added. */
  attempt(shape: Shape, value: unknown): Attempt;
  /** True inside {@link attempt}, where results of unions are remembered. */
  readonly isGuessing: boolean;
  /** Returns the result of a union for a value, from another guess of the union around it. */
  recall(union: Shape, value: object): { readonly fit: UnionFit | undefined } | undefined;
  /** Remembers the result of a union for a value, for the next guess. */
  remember(union: Shape, value: object, fit: UnionFit | undefined): void;
  /** Converts data without references that is being sent as its receiver will. */
  readBack(shape: Shape, sent: unknown): unknown;
}

/** Result of {@link Conversion.attempt}: the value, or the `ShapeMismatch` that was thrown. */
export type Attempt =
  | { readonly fits: true; readonly converted: unknown }
  | { readonly fits: false; readonly thrown: unknown };

/** The member of a union that fits a value, and the value that it converts to. */
export interface UnionFit {
  readonly member: Shape;
  readonly converted: unknown;
}

/**
 * Carries the values of one message that travel by reference: streams, functions, services. Shapes
 * add and read them. The message's data holds only the index of each in the exchange's list.
 */
export interface Exchange {
  /**
   * When sending: adds a value that travels by reference, as the shape declares it.
   * @returns its index, which goes into the data.
   */
  give(value: object, shape: Shape): number;
  /**
   * When receiving: returns the value at an index, as the shape declares it.
   * @throws {ShapeMismatch} if there is no such value.
   */
  take(place: unknown, shape: Shape): unknown;
  /** When sending: cancels the call when the signal aborts. */
  listenTo(signal: AbortSignal): void;
  /**
   * When receiving: returns the signal of the call.
   * @throws {ShapeMismatch} if there is no call.
   */
  signal(): AbortSignal;
  /** Number of values added or read so far, for {@link forget}. */
  readonly mark: number;
  /** Undoes what was added or read after `mark`: a union tried a member that did not fit. */
  forget(mark: number): void;
}
