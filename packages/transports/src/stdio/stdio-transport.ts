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
 * Creates a transport over an anonymous pipe between a process and a child that it starts. The
 * parent's end is `stdio(child)`, and each dial of it starts a child. The child's end is `stdio()`,
 * which it serves once. No other process can reach it. The pipe has a descriptor of its own, 3, so
 * both may still use standard input, output and error. The child shares output and error with its
 * parent; its input is empty.
 *
 * The child's server closes when the connection ends, and so when the parent exits. A child that
 * has not ended some time later is killed.
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
