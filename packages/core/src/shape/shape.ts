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
   * @param sending true from the program to the wire, false from the wire to the program.
   * @param levelsLeft levels of nesting that the value may still have.
   * @param exchange carries values that travel by reference; without one, none can.
   * @returns the value itself if nothing changes, otherwise a copy.
   * @throws {ShapeMismatch} if the value is not of the type.
   */
  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown;
  /** True if values of the shape travel by reference, through the exchange. */
  readonly byReference?: true;
  /** The shapes that this one consists of, if it has parts. */
  readonly parts?: readonly Shape[];
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
