/**
 * A conformance server for the many pipes of `PooledStdio`. Each line of its input names the
 * descriptor of one more connection. It ends with its input.
 */
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { serveConformance } from "@crosspane/core/testing";
import type { TransportAcceptor } from "@crosspane/core/transport";
import { ByteStreamConnection } from "../../byte-stream/byte-stream-connection.js";
import { pooledOptions } from "./pooled-stdio.js";

const { endpoint, capabilities } = pooledOptions;
const lines = createInterface({ input: process.stdin });

const server = await serveConformance({
  endpoint,
  capabilities,
  dial: async () => {
    throw new Error("the server does not dial");
  },
  async listen(acceptor: TransportAcceptor) {
    lines.on("line", (descriptor) => {
      const socket = new Socket({ fd: Number(descriptor), allowHalfOpen: true });
      acceptor.accept(new ByteStreamConnection(socket, pooledOptions));
    });
    return { endpoint, close: async () => {} };
  },
});
process.stdout.write("ready\n");
lines.on("close", async () => {
  await server.close();
  process.exit(0);
});
