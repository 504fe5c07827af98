import { RpcError } from "@crosspane/core";
import type { Transport, TransportCapabilities } from "@crosspane/core/transport";
import { assertOptions, type OptionNames } from "@crosspane/core/transport";
import { autoOrder } from "../transport-registry.js";
import { type AutoMember, candidate } from "./candidate.js";
import { dialFirst } from "./dial-first.js";
import { listenAll } from "./listen-all.js";

/** Options of `auto`. */
export interface AutoOptions {
  /**
   * The transports to use, the preferred first. The default is every transport with names that this
   * system has, the fastest first. A server has to open all transports that are given here; of the
   * default ones, those that cannot be loaded are left out.
   */
  readonly order?: readonly AutoMember[];
}

const optionNames = { order: true } satisfies OptionNames<AutoOptions>;

/** Capabilities of the transport itself; each connection has those of the chosen transport. */
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
 * Creates a transport that uses the fastest one that both ends have. A server opens all transports
 * of the order under one name. A client takes the first that answers, and `connection.transport`
 * reports which one it is and why the earlier ones were skipped.
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
    dial: (signal, found) => dialFirst({ endpoint, candidates }, signal, found),
    listen: (acceptor) => listenAll(endpoint, candidates, { acceptor, strict: options.order !== undefined }),
  };
}
