import type { ContractTypes, TypeId } from "./contract-types.js";
import { forEachServiceObject } from "./map-references.js";

/** Counts on a thread who holds the objects of the service, which the program keeps until then. */
export class ServiceReferences {
  readonly #counts = new Map<number, number>();
  readonly #contract: ContractTypes;
  readonly #onReleased: (object: number) => void;

  constructor(contract: ContractTypes, onReleased: (object: number) => void) {
    this.#contract = contract;
    this.#onReleased = onReleased;
  }

  retain(object: number): void {
    // The services themselves always exist.
    if (object > this.#contract.services) this.#counts.set(object, (this.#counts.get(object) ?? 0) + 1);
  }

  release(object: number): void {
    const count = this.#counts.get(object);
    if (count === undefined) return;
    if (count > 1) {
      this.#counts.set(object, count - 1);
      return;
    }
    this.#counts.delete(object);
    this.#onReleased(object);
  }

  /** Retains every object that a value holds. */
  retainIn(value: unknown, type: TypeId | undefined): void {
    if (type !== undefined)
      forEachServiceObject(this.#contract, type, value, (object) => this.retain(object));
  }

  releaseIn(value: unknown, type: TypeId | undefined): void {
    if (type !== undefined)
      forEachServiceObject(this.#contract, type, value, (object) => this.release(object));
  }
}
