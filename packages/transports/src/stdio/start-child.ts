import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { TransportCapabilities, TransportConnection } from "@crosspane/core/transport";
import { resolveCommand } from "../child-process/resolve-command.js";
import { notStarted } from "../child-process/start-errors.js";
import { givenUp } from "../errors/given-up.js";
import { ChildConnection } from "./child-connection.js";
import { childDescriptor, descriptorVariable } from "./child-descriptor.js";
import type { StdioOptions } from "./stdio-options.js";

/**
 * Starts a child and connects to it over the parent's end of the pipe.
 * @throws {RpcError} `failedPrecondition` for a program that cannot be started, or the signal's
 * reason.
 */
export async function startChild(
  { command, args = [], cwd, env = process.env }: StdioOptions,
  { endpoint, capabilities }: { readonly endpoint: string; readonly capabilities: TransportCapabilities },
  signal: AbortSignal,
): Promise<TransportConnection> {
  if (signal.aborted) throw givenUp(endpoint, signal);
  try {
    const file = resolveCommand(command, { folder: cwd ?? process.cwd(), env });
    const child = spawn(file, args, {
      cwd,
      env: { ...env, [descriptorVariable]: `${childDescriptor}` },
      windowsHide: true,
      // Overlapped, because otherwise the child could not write while it reads:
      // https://nodejs.org/api/child_process.html#optionsstdio
      stdio: ["ignore", "inherit", "inherit", "overlapped"],
    });
    const started = once(child, "spawn");
    // The connection keeps this process alive; the child does not.
    child.unref();
    await started;
    const peer = {
      transport: capabilities.name,
      address: `process ${child.pid}`,
      processId: child.pid as number,
    };
    const connection = new ChildConnection(child, child.stdio[childDescriptor] as Socket, {
      capabilities,
      peer,
      endpoint,
    });
    if (!signal.aborted) return connection;
    connection.abort(givenUp(endpoint, signal));
  } catch (thrown) {
    throw notStarted(command, cwd ?? process.cwd(), thrown);
  }
  throw givenUp(endpoint, signal);
}
