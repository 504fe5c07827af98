import type { RpcError } from "../../errors/rpc-error.js";
import { OutgoingExchange } from "./exchanges.js";
import { Exports, type ExportsOptions } from "./exports.js";
import { Imports, type ImportsOptions } from "./imports.js";

/** What the references of a session work with. */
export type ReferencesOptions = Omit<ExportsOptions, "outgoing"> & Omit<ImportsOptions, "exported">;

/** What travels by reference on one connection, in both directions. */
export class References {
  readonly exports: Exports;
  readonly imports: Imports;

  constructor(options: ReferencesOptions) {
    this.exports = new Exports({ ...options, outgoing: () => this.outgoing() });
    this.imports = new Imports({ ...options, exported: (number) => this.exports.target(number) });
  }

  /** Streams that are not over, in either direction. */
  get activeStreams(): number {
    return this.exports.streams + this.imports.streams;
  }

  /** Objects and functions that this side has given to the peer, or holds of it. */
  get heldTargets(): number {
    return this.exports.targets + this.imports.targets;
  }

  /** What gathers the references of a message that is being made. */
  outgoing(): OutgoingExchange {
    return new OutgoingExchange((target) => this.imports.has(target));
  }

  /** The connection is over: everything by reference is gone, on both sides. */
  end(error: RpcError): void {
    this.exports.end();
    this.imports.end(error);
  }
}
