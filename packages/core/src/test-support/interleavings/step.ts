import type { AsyncCommand } from "fast-check";
import type { Interleaving } from "./interleaving.js";
import type { Ledger } from "./ledger.js";

interface StepOptions {
  /** True if the step is possible now. */
  readonly possible?: (ledger: Ledger) => boolean;
  /** True if the next step comes before this one has had all its effects. */
  readonly hasty?: boolean;
}

/**
 * A step of an interleaving. A step that is not possible now, such as an answer where no handler
 * runs, is left out.
 */
export class Step implements AsyncCommand<Ledger, Interleaving> {
  readonly #name: string;
  /** True if the next step comes before this one has had all its effects. */
  readonly #hasty: boolean;
  readonly #possible: (ledger: Ledger) => boolean;
  readonly #take: (run: Interleaving) => void | Promise<void>;

  constructor(
    name: string,
    take: (run: Interleaving) => void | Promise<void>,
    { possible = () => true, hasty = false }: StepOptions = {},
  ) {
    this.#name = name;
    this.#hasty = hasty;
    this.#take = take;
    this.#possible = possible;
  }

  hasty(): Step {
    return new Step(`${this.#name} and`, this.#take, { possible: this.#possible, hasty: true });
  }

  check(ledger: Readonly<Ledger> & Ledger): boolean {
    return this.#possible(ledger);
  }

  async run(_: Ledger, run: Interleaving): Promise<void> {
    await this.#take(run);
    if (this.#hasty) return;
    await run.settleDown();
    run.check();
  }

  toString(): string {
    return this.#name;
  }
}
