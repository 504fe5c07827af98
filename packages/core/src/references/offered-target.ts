import type { RemoteReference } from "./shapes/handle.js";

/**
 * A service that the peer offers for the whole connection, as its client refers to it. It does not
 * have to be released.
 */
export class OfferedTarget implements RemoteReference {
  /** Its index in the peer's list. */
  readonly number: number;
  /** Identifies the connection: it can be sent back to its owner only over this one. */
  readonly owner: object;

  constructor(number: number, owner: object) {
    this.number = number;
    this.owner = owner;
  }

  retain(): void {}

  release(): void {}
}
