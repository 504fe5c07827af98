/** Bytes that each connection may always hold, so that ordinary calls always run. */
const ownBytes = 64 * 1024;

/** Budget of bytes for one purpose, shared by the connections of this thread. */
export class ProcessBudget {
  #bytes = 0;
  /** Number of shares that hold bytes. */
  #holders = 0;
  /** Shares to notify when bytes are released. */
  readonly #waiting = new Set<BudgetShare>();

  get bytes(): number {
    return this.#bytes;
  }

  get holders(): number {
    return this.#holders;
  }

  /** Updates the totals. Called by a share. */
  change(bytes: number, holders: number): void {
    this.#bytes += bytes;
    this.#holders += holders;
    if (bytes >= 0 || this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const share of waiting) share.onRoom();
  }

  /** Notifies a share once when bytes are released. */
  await(share: BudgetShare): void {
    this.#waiting.add(share);
  }

  forget(share: BudgetShare): void {
    this.#waiting.delete(share);
  }
}

/** Share of one connection in a {@link ProcessBudget}. */
export class BudgetShare {
  readonly onRoom: () => void;
  readonly #budget: ProcessBudget;
  readonly #mostInAll: number;
  #held = 0;

  /**
   * @param mostInAll bytes that all shares together may hold.
   * @param onRoom called once after each refusal of {@link hasRoom}, when others have released
   * bytes. It must not throw.
   */
  constructor(budget: ProcessBudget, mostInAll: number, onRoom: () => void = () => {}) {
    this.#budget = budget;
    this.#mostInAll = mostInAll;
    this.onRoom = onRoom;
  }

  /**
   * Returns true if this connection may hold `bytes` more: there is room, or it holds so little
   * that others must not displace it. That is an equal part of the limit, while all shares together
   * hold less than twice the limit. A value larger than the limit is allowed if nothing else is
   * held.
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

  /** Releases all bytes that are held. */
  clear(): void {
    this.#budget.forget(this);
    this.remove(this.#held);
  }

  /** Stops notifications, because the connection has ended. */
  forget(): void {
    this.#budget.forget(this);
  }
}

/** Budgets of the calls of all connections of this thread; see `maxProcessBytes`. */
export const callBudgets = {
  /** Memory of running calls of services. */
  service: new ProcessBudget(),
  /**
   * Memory of running calls of objects. Callbacks that other calls wait for need their own room.
   */
  object: new ProcessBudget(),
  /** Messages of queued calls. */
  waiting: new ProcessBudget(),
} as const;
