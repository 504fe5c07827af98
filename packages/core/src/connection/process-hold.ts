/** The parts of a connection that keep the process alive. */
export interface Holder {
  holdProcess(holds: boolean): void;
}

/** Keeps the process alive while the connection is open, or only while it is in use. */
export class ProcessHold {
  readonly #inUse: () => boolean;
  readonly #holder: Holder;
  #isUnref = false;
  #holds = true;

  /** @param inUse returns true while calls, streams or waits of the program are pending. */
  constructor(inUse: () => boolean, holder: Holder) {
    this.#inUse = inUse;
    this.#holder = holder;
  }

  get isHeld(): boolean {
    return this.#holds;
  }

  ref(): void {
    this.#isUnref = false;
    this.#hold(true);
  }

  unref(): void {
    this.#isUnref = true;
    this.update();
  }

  /** Updates the hold after work has begun or ended. */
  update(): void {
    if (this.#isUnref) this.#hold(this.#inUse());
  }

  #hold(holds: boolean): void {
    if (holds === this.#holds) return;
    this.#holds = holds;
    this.#holder.holdProcess(holds);
  }
}
