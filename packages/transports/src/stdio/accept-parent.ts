import { Socket } from "node:net";
import { setTimeout } from "node:timers";
import { RpcError } from "@crosspane/core";
import type { TransportAcceptor, TransportCapabilities, TransportListener } from "@crosspane/core/transport";
import { microtask } from "@crosspane/core/transport";
import { ByteStreamConnection } from "../byte-stream/byte-stream-connection.js";
import { childDescriptor, childEndMs, descriptorVariable } from "./child-descriptor.js";

let isServed = false;

/**
 * Accepts the pipe that this process has from its parent as its only connection.
 * @throws {RpcError} `failedPrecondition` if it has none, `alreadyExists` if it is served already.
 */
export function acceptParent(
  { endpoint, capabilities }: { readonly endpoint: string; readonly capabilities: TransportCapabilities },
  acceptor: TransportAcceptor,
): TransportListener {
  if (isServed) {
    throw new RpcError("alreadyExists", `listen on ${endpoint}: this process serves its parent already`);
  }
  if (process.env[descriptorVariable] !== `${childDescriptor}`) {
    const text = `listen on "${endpoint}": no parent has started this process by connect("stdio:", { spawn: … }); start it that way, or serve at another endpoint`;
    throw new RpcError("failedPrecondition", text);
  }
  // Children of this process have a pipe of their own, or none.
  delete process.env[descriptorVariable];
  const socket = openDescriptor(endpoint);
  isServed = true;
  const peer = { transport: capabilities.name, address: `process ${process.ppid}`, processId: process.ppid };
  const connection = new ByteStreamConnection(socket, { capabilities, peer, endpoint });
  // Ends the process even if something else keeps it alive: a child must not long outlive its
  // parent's pipe.
  socket.once("close", () => setTimeout(() => process.exit(), childEndMs).unref());
  microtask(() => acceptor.accept(connection));
  return { endpoint, close: async () => {} };
}

function openDescriptor(endpoint: string): Socket {
  try {
    return new Socket({ fd: childDescriptor, allowHalfOpen: true });
  } catch (cause) {
    const text = `listen on ${endpoint}: descriptor ${childDescriptor} is not a pipe; it was closed, or another program started this process`;
    throw new RpcError("failedPrecondition", text, { cause });
  }
}
