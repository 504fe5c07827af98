import type { RpcError } from "../errors/rpc-error.js";
import type { ServiceImplementation } from "../service/service.js";
import { type OwnTarget, ReferenceWriter } from "./exchanges.js";
import { Exports, type ExportsOptions } from "./exports.js";
import { Imports, type ImportsOptions } from "./imports.js";
import { OfferedTarget } from "./offered-target.js";

/** Options for `References`. */
export interface ReferencesOptions
  extends Omit<ExportsOptions, "outgoing" | "firstNumber">,
    Omit<ImportsOptions, "exported"> {
  readonly services: readonly ServiceImplementation[];
}

/** Everything that travels by reference on one connection, in both directions. */
export class References {
  readonly exports: Exports;
  readonly imports: Imports;

  constructor(options: ReferencesOptions) {
    const { services } = options;
    const offered = services.map(({ definition, implementation }): OwnTarget => {
      return { definition, implementation: implementation as object, offered: true };
    });
    this.exports = new Exports({
      ...options,
      firstNumber: services.length,
      outgoing: () => this.outgoing(),
    });
    this.imports = new Imports({
      ...options,
      exported: (number) => offered[number] ?? this.exports.target(number),
    });
  }

  /** Number of streams that are not over, in either direction. */
  get activeStreams(): number {
    return this.exports.streams + this.imports.streams;
  }

  /** Number of objects and functions that this side has given to the peer or holds of it. */
  get heldTargets(): number {
    return this.exports.targets + this.imports.targets;
  }

  /** Makes the exchange that collects the references of a message. */
  outgoing(): ReferenceWriter {
    return new ReferenceWriter((target) =>
      target instanceof OfferedTarget ? target.owner === this : this.imports.has(target),
    );
  }

  /** Resumes work once the transport accepts messages again. */
  drained(): void {
    this.exports.drained();
    this.imports.drained();
  }

  /** Ends everything by reference with the connection, in both directions. */
  end(errorOf: (what: string) => RpcError): void {
    this.exports.end();
    this.imports.end(errorOf);
  }
}
