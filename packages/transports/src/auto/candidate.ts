import { RpcError } from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { type NamedScheme, openNamed } from "../transport-registry.js";

/**
 * A transport to choose from: a scheme, or a function that creates a custom transport for the name.
 */
export type AutoMember = NamedScheme | ((name: string) => Transport | Promise<Transport>);

/** One member of the order, bound to the name. */
export interface Candidate {
  /** For messages; available even if the transport cannot be created. */
  readonly endpoint: string;
  /**
   * @throws {RpcError} the error of its creation; `unimplemented` if its module cannot be loaded.
   */
  open(): Promise<Transport>;
}

/** Binds a member of an order to a name without loading anything. */
export function candidate(member: AutoMember, name: string): Candidate {
  const scheme = typeof member === "string" ? member : member.name || "transport";
  const endpoint = `${scheme}:${name}`;
  return {
    endpoint,
    async open() {
      try {
        return typeof member === "string" ? await openNamed(member, name) : await member(name);
      } catch (thrown) {
        if (thrown instanceof RpcError) throw thrown;
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        throw new RpcError("unimplemented", `${endpoint} cannot be used here: ${why}`, { cause: thrown });
      }
    },
  };
}
