import { RpcError } from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { type NamedScheme, openNamed } from "../transport-registry.js";

/** One of the transports to choose from: a scheme, or a function that makes a transport of one's own for the name. */
export type AutoMember = NamedScheme | ((name: string) => Transport | Promise<Transport>);

/** One member of the order, bound to the name. */
export interface Candidate {
  /** For messages, where it cannot even be made. */
  readonly endpoint: string;
  /** @throws {RpcError} what making it failed with; `unimplemented` if its module cannot be loaded. */
  open(): Promise<Transport>;
}

/** Binds a member of an order to a name; nothing is loaded yet. */
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
