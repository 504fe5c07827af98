import { RpcError } from "@crosspane/core";
import type { Transport, TransportCapabilities } from "@crosspane/core/transport";
import { assertOptions, type OptionNames } from "@crosspane/core/transport";
import { autoOrder } from "../transport-registry.js";
import { type AutoMember, candidate } from "./candidate.js";
import { dialFirst } from "./dial-first.js";
import { listenAll } from "./listen-all.js";

/** How `auto` chooses. */
export interface AutoOptions {
  /**
   * What to use, the preferred first; every transport with names that this system has, the fastest first, unless told otherwise.
   * The transports that are named here must all be there for a server; of the usual ones those are left out that cannot be loaded.
   */
  readonly order?: readonly AutoMember[];
}

const optionNames = { order: true } satisfies OptionNames<AutoOptions>;

/** Of the transport itself; each connection has those of the transport that was taken. */
const capabilities: TransportCapabilities = {
  name: "auto",
  maxMessageBytes: Number.POSITIVE_INFINITY,
  zeroCopy: false,
  peerIdentity: false,
  synchronousCall: false,
  noticesDeath: true,
  oneConnection: false,
};

/**
 * The fastest transport that both ends have. A server opens all of the order under one name; a client takes the first that
 * answers, and `connection.transport` says which it was and why the earlier ones were passed over.
 * @throws {RpcError} `invalidArgument` for an empty name or order.
 */
export function auto(name: string, options: AutoOptions = {}): Transport {
  if (name === "") throw new RpcError("invalidArgument", "auto: needs a name, as in auto:inventory");
  assertOptions(`auto:${name}`, options, optionNames);
  const order = options.order ?? autoOrder();
  if (order.length === 0) throw new RpcError("invalidArgument", `auto:${name}: its order is empty`);
  const candidates = order.map((member) => candidate(member, name));
  const endpoint = `auto:${name}`;
  return {
    endpoint,
    capabilities,
    dial: (signal, found) => dialFirst(endpoint, candidates, signal, found),
    listen: (acceptor) => listenAll(endpoint, candidates, { acceptor, strict: options.order !== undefined }),
  };
}
