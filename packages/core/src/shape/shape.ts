import type { WireCategory } from "./categories.js";

/**
 * A declared type at run time. It turns a JavaScript value of the type into plain MessagePack data and back, and checks
 * it on the way; both directions are one walk, so that what is sent and what is accepted cannot differ.
 */
export interface Shape {
  readonly kind: string;
  /** The type as an error message says it: `number`, `Item`, `"a" | "b"`. */
  readonly label: string;
  /**
   * The categories of JavaScript value that `convert` can take when sending; undefined means any.
   * @internal
   */
  readonly sends: readonly WireCategory[] | undefined;
  /**
   * The categories of decoded value that `convert` can take when receiving; undefined means any.
   * @internal
   */
  readonly receives: readonly WireCategory[] | undefined;
  /**
   * @param sending true from the program to the wire, false from the wire to the program.
   * @param levelsLeft how many levels of nesting the value may still have.
   * @param exchange where what travels by reference is handed over; without one nothing can.
   * @returns the value itself where nothing has to change, else a copy; the given value is never written to.
   * @throws {ShapeMismatch} if the value is not of the type.
   */
  convert(value: unknown, sending: boolean, levelsLeft: number, exchange?: Exchange): unknown;
  /** True of what travels by reference, through the exchange. */
  readonly byReference?: true;
  /** The shapes that this one is made of; none for what has no parts. */
  readonly parts?: readonly Shape[];
}

/**
 * Where shapes put, and find, what travels by reference: streams, functions, services. One exchange belongs to one message; in the
 * message's data stands only the place of the reference in the exchange's list.
 */
export interface Exchange {
  /**
   * When sending: takes what is to travel by reference, as the shape declares it.
   * @returns its place, which goes into the data.
   */
  give(value: object, shape: Shape): number;
  /**
   * When receiving: what stands at this place, as the shape declares it.
   * @throws {ShapeMismatch} if there is nothing of the kind.
   */
  take(place: unknown, shape: Shape): unknown;
  /** When sending: the call is cancelled when the signal aborts. */
  listenTo(signal: AbortSignal): void;
  /**
   * When receiving: the signal of the call.
   * @throws {ShapeMismatch} where there is no call.
   */
  signal(): AbortSignal;
  /** How much was given or taken so far, for {@link forget}. */
  readonly mark: number;
  /** Undoes what was given or taken after `mark`: a union tried a member that did not fit. */
  forget(mark: number): void;
}
