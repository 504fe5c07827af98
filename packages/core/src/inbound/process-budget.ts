/** Bytes that every connection may hold whatever the others do: ordinary calls always run. */
const ownBytes = 64 * 1024;

/** Bytes that the connections of this thread hold together, for one purpose. */
export class ProcessBudget {
  #bytes = 0;
  /** Shares that hold something. */
  #holders = 0;
  /** Told when bytes come free. */
  readonly #waiting = new Set<BudgetShare>();

  get bytes(): number {
    return this.#bytes;
  }

  get holders(): number {
    return this.#holders;
  }

  /** Called by a share. */
  change(bytes: number, holders: number): void {
    this.#bytes += bytes;
    this.#holders += holders;
    if (bytes >= 0 || this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const share of waiting) share.onRoom();
  }

  /** Has a share told, once, when bytes come free. */
  await(share: BudgetShare): void {
    this.#waiting.add(share);
  }

  forget(share: BudgetShare): void {
    this.#waiting.delete(share);
  }
}

/** One connection's part of a {@link ProcessBudget}. */
export class BudgetShare {
  readonly onRoom: () => void;
  readonly #budget: ProcessBudget;
  readonly #mostInAll: number;
  #held = 0;

  /**
   * @param mostInAll bytes that all shares together may hold.
   * @param onRoom called, once after each refusal of {@link hasRoom}, when others have given bytes back. It must not throw.
   */
  constructor(budget: ProcessBudget, mostInAll: number, onRoom: () => void = () => {}) {
    this.#budget = budget;
    this.#mostInAll = mostInAll;
    this.onRoom = onRoom;
  }

  /**
   * True if this connection may hold so many more bytes: there is room, or it holds so little that the others cannot take it away from it. That is
   * its equal part as long as all hold less than twice the limit together. A value that is larger than all of the room is let through when
   * there is nothing else.
   */
  hasRoom(bytes: number): boolean {
    const { bytes: all, holders } = this.#budget;
    const most = this.#mostInAll;
    if (all === 0 || all + bytes <= most) return true;
    const own = this.#held + bytes;
    if (own <= ownBytes) return true;
    const part = most / (this.#held === 0 ? holders + 1 : holders);
    if (own <= part && all + bytes <= 2 * most) return true;
    this.#budget.await(this);
    return false;
  }

  add(bytes: number): void {
    if (bytes === 0) return;
    this.#budget.change(bytes, this.#held === 0 ? 1 : 0);
    this.#held += bytes;
  }

  remove(bytes: number): void {
    if (bytes === 0) return;
    this.#held -= bytes;
    this.#budget.change(-bytes, this.#held === 0 ? -1 : 0);
  }

  /** Gives back all that is held. */
  clear(): void {
    this.#budget.forget(this);
    this.remove(this.#held);
  }

  /** The connection is over: it is not told of room any more. */
  forget(): void {
    this.#budget.forget(this);
  }
}

/** Budgets of the calls of all connections of this thread; see `maxProcessBytes`. */
export const callBudgets = {
  /** The memory of running calls of services. */
  service: new ProcessBudget(),
  /** The memory of running calls of objects and functions. A call back that others wait for needs room of its own. */
  object: new ProcessBudget(),
  /** The messages of calls that wait. */
  waiting: new ProcessBudget(),
} as const;
