import type { RemoteReference } from "./shapes/handle.js";

/** A service that the peer offers for the whole connection, as a client of it stands for it. Nothing of it has to be released. */
export class OfferedTarget implements RemoteReference {
  /** Its place in the peer's list. */
  readonly number: number;
  /** What the connection is told by: only over this one it can go back to its owner. */
  readonly owner: object;

  constructor(number: number, owner: object) {
    this.number = number;
    this.owner = owner;
  }

  retain(): void {}

  release(): void {}
}
