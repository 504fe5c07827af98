import { RpcError } from "@crosspane/core";
import { JsonMismatch } from "./json-mismatch.js";

/**
 * Maximum levels of arrays and objects in one value, as the default of `maxNesting` in core. Keeps
 * the walk from exhausting the stack.
 */
const maxLevels = 64;

/**
 * Maximum parts of one value that are looked at where a union has to try its members. Without it
 * the work could grow exponentially with the nesting of a recursive union. It is a tenth of a
 * second.
 */
const maxGuessedParts = 2_000_000;

/** Parts for a member that was tried in vain, whose error costs more than looking at a part. */
const wrongGuessParts = 100;

/** State of the conversion of one value. */
export class JsonWalk {
  #level = 0;
  #guesses = 0;
  #parts = 0;

  /** Calls `convert` for the parts of an array or object, one level further down. */
  inner<T>(convert: () => T): T {
    if (this.#level === maxLevels) {
      throw new JsonMismatch(`a value within ${maxLevels} levels of nesting`, "a deeper one");
    }
    this.#level++;
    try {
      return convert();
    } finally {
      this.#level--;
    }
  }

  /**
   * Calls `convert` for a member of a union that may not fit. Returns undefined if it does not.
   */
  guess<T extends object>(convert: () => T): T | undefined {
    this.#guesses++;
    try {
      return convert();
    } catch (thrown) {
      if (!(thrown instanceof JsonMismatch)) throw thrown;
      this.spend(wrongGuessParts);
      return undefined;
    } finally {
      this.#guesses--;
    }
  }

  /**
   * Counts parts of a value.
   * @throws {RpcError} `resourceExhausted`
   */
  spend(parts: number): void {
    if (this.#guesses === 0) return;
    this.#parts += parts;
    if (this.#parts > maxGuessedParts) {
      throw new RpcError(
        "resourceExhausted",
        `a value takes more than ${maxGuessedParts} steps to convert: give the members of its unions a property that tells them apart, or send less at once`,
      );
    }
  }
}
