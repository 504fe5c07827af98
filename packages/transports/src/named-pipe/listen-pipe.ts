import { createHash } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { RpcError } from "@crosspane/core";
import type { TransportAcceptor, TransportCapabilities, TransportListener } from "@crosspane/core/transport";
import type { Access } from "../win32/access.js";
import { takeName } from "../win32/name-guard.js";
import type { OwnedHandle } from "../win32/owned-handle.js";
import { ownIdentity } from "../win32/process-identity.js";
import { accessSddl } from "../win32/security-attributes.js";
import { createInstance } from "./pipe-instance.js";
import { leftoverMs, leftoverPollMs } from "./pipe-limits.js";
import { PipeListener } from "./pipe-listener.js";
import { sharedPipePath, userPipePath } from "./pipe-name.js";

/** The pipe to create, and its access. */
export interface ListenPipeOptions {
  readonly name: string;
  readonly endpoint: string;
  readonly capabilities: TransportCapabilities;
  readonly access: Access;
}

/**
 * Creates a Windows pipe and accepts its clients. A name is taken by a mutex, and by creating the
 * pipe first. The mutex serializes servers that start at the same time; the pipe excludes programs
 * that do not know the mutex.
 * @throws {RpcError} `alreadyExists` if the name is taken, `invalidArgument` for an unknown user or
 * an invalid descriptor. Nothing is left then, and no pipe is ever created with other rights than
 * the requested ones.
 */
export async function listenPipe(
  options: ListenPipeOptions,
  acceptor: TransportAcceptor,
): Promise<TransportListener> {
  const { name, endpoint, capabilities, access } = options;
  const isShared = access !== "currentUser";
  const path = isShared ? sharedPipePath(name) : userPipePath(name, ownIdentity());
  const sddl = accessSddl(access, "pipe");
  const guard = takeName(guardName(path, isShared), endpoint, "currentUser");
  try {
    const first = await createFirst(path, sddl, endpoint);
    return new PipeListener({ first, guard, path, sddl, endpoint, capabilities, acceptor });
  } catch (error) {
    guard.close();
    throw error;
  }
}

/**
 * Returns the name of a pipe's mutex, in the namespace of the logon session or of the machine.
 * Unlike names of pipes, it is case-sensitive.
 */
function guardName(path: string, isShared: boolean): string {
  const hash = createHash("sha256").update(path.toLowerCase()).digest("hex").slice(0, 32);
  return `${isShared ? "Global" : "Local"}\\crosspane-pipe-${hash}`;
}

async function createFirst(path: string, sddl: string, endpoint: string): Promise<OwnedHandle> {
  const until = performance.now() + leftoverMs;
  for (;;) {
    try {
      return createInstance(path, sddl, true);
    } catch (thrown) {
      const error = RpcError.from(thrown, "internal");
      if (error.code !== "alreadyExists") throw error;
      if (performance.now() >= until) {
        throw new RpcError(
          "alreadyExists",
          `listen on ${endpoint}: another program has the pipe ${path}, or clients of a server that has ended hold it; ` +
            "end that program or choose another name",
          { cause: error },
        );
      }
    }
    await sleep(leftoverPollMs);
  }
}
