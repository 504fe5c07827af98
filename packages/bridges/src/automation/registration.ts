import { RpcError } from "@crosspane/core";
import { canonicalGuid } from "./guid.js";
import { assertProgId } from "./prog-id.js";

/** A class in the registry. */
export interface ClassRegistration {
  /** Name of the class for `CreateObject`. */
  readonly progId: string;
  /** The class id. */
  readonly clsid: string;
  /**
   * `user`, the default, for the programs of this user; `machine` for all users, which needs the
   * rights of an administrator. Wine knows only `machine`.
   */
  readonly scope?: "user" | "machine";
}

/** Options of {@link registerAutomation}. */
export interface RegisterOptions extends ClassRegistration {
  /**
   * Command line that starts the program which offers the class, such as
   * `"C:\Program Files\nodejs\node.exe" "C:\shop\server.js"`. COM adds `-Embedding`.
   */
  readonly command: string;
  /** Name of the class for people; by default the `progId`. */
  readonly description?: string;
}

/**
 * Registers a class, so that `CreateObject` finds it and starts its program. An earlier
 * registration is replaced.
 * @throws {RpcError} `invalidArgument` for an invalid name, `permissionDenied` without the rights
 * for this scope, `unimplemented` on another system than Windows.
 */
export async function registerAutomation(options: RegisterOptions): Promise<void> {
  const { progId, command, description = progId, scope = "user" } = options;
  const keys = keysOf(options);
  if (command === "") {
    throw new RpcError("invalidArgument", "automation: command must be the command line of the program");
  }
  const registry = await openRegistry(scope);
  registry.set(keys.progId, description);
  registry.set(`${keys.progId}\\CLSID`, keys.id);
  registry.set(keys.clsid, description);
  registry.set(`${keys.clsid}\\ProgID`, progId);
  registry.set(`${keys.clsid}\\LocalServer32`, command);
}

/**
 * Removes a class from the registry; one that is not registered is fine.
 * @throws {RpcError} as {@link registerAutomation}.
 */
export async function unregisterAutomation(registration: ClassRegistration): Promise<void> {
  const keys = keysOf(registration);
  const registry = await openRegistry(registration.scope ?? "user");
  registry.delete(keys.progId);
  registry.delete(keys.clsid);
}

function keysOf({ progId, clsid }: ClassRegistration): {
  readonly id: string;
  readonly progId: string;
  readonly clsid: string;
} {
  assertProgId(progId);
  const id = canonicalGuid(clsid, "clsid");
  const classes = "Software\\Classes";
  return { id, progId: `${classes}\\${progId}`, clsid: `${classes}\\CLSID\\${id}` };
}

async function openRegistry(scope: "user" | "machine") {
  if (process.platform !== "win32") {
    throw new RpcError("unimplemented", "automation: the registry exists on Windows only");
  }
  const { Registry } = await import("./registry.js");
  return new Registry(scope);
}
