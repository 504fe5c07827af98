import { RpcError } from "@crosspane/core";
import { maxFramedMessageBytes, type Transport, type TransportCapabilities } from "@crosspane/core/transport";
import { acceptParent } from "./accept-parent.js";
import { startChild } from "./start-child.js";
import type { StdioOptions } from "./stdio-options.js";

const endpoint = "stdio:";

const capabilities: TransportCapabilities = {
  name: "stdio",
  maxMessageBytes: maxFramedMessageBytes,
  zeroCopy: false,
  peerIdentity: false,
  synchronousCall: false,
  noticesDeath: true,
  oneConnection: true,
};

/**
 * A pipe without a name between a process and a child that it starts. The parent's end is `stdio(child)`, and each dial of it starts a
 * child; the child's end is `stdio()`, which it serves once. Nobody else can reach it. It is a descriptor of its own, 3, so that both may go on
 * using standard input, output and error, which the child has from its parent (but for the input, which is empty).
 *
 * The child's server closes when the connection ends, and so when the parent does. A child that has not ended a while after that is ended.
 */
export function stdio(child?: StdioOptions): Transport {
  return {
    endpoint,
    capabilities,
    async dial(signal) {
      if (child !== undefined) return startChild(child, { endpoint, capabilities }, signal);
      throw new RpcError(
        "invalidArgument",
        'dial stdio: needs the child to start: connect("stdio:", { spawn: { command, args } })',
      );
    },
    listen: async (acceptor) => acceptParent({ endpoint, capabilities }, acceptor),
  };
}
