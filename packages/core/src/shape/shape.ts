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
   * @returns the value itself where nothing has to change, else a copy; the given value is never written to.
   * @throws {ShapeMismatch} if the value is not of the type.
   */
  convert(value: unknown, sending: boolean, levelsLeft: number): unknown;
}
