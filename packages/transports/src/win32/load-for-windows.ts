import { RpcError } from "@crosspane/core";

const koffiPackage = `@koromix/koffi-win32-${process.arch}`;

/**
 * Loads a module that calls Windows through koffi.
 * @param endpoint endpoint of the transport that needs it, or a function, for error messages.
 * @param alternative advice for programs on other systems.
 * @throws {RpcError} `unimplemented` if Windows or koffi is missing: a retry would not help.
 */
export async function loadForWindows<T>(
  endpoint: string,
  load: () => Promise<T>,
  alternative = otherTransports(endpoint),
): Promise<T> {
  if (process.platform !== "win32") {
    throw new RpcError("unimplemented", `${endpoint} exists on Windows only; ${alternative}`);
  }
  try {
    return await load();
  } catch (cause) {
    if (cause instanceof RpcError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RpcError(
      "unimplemented",
      `${endpoint}: the code that calls Windows cannot be loaded by ${process.execPath}: ${why}; it needs koffi: install ` +
        `@crosspane/transports with its optional dependencies, and put the package ${koffiPackage} into node_modules ` +
        "beside a bundle or an executable that does not contain it",
      { cause },
    );
  }
}

function otherTransports(endpoint: string): string {
  const name = endpoint.slice(endpoint.indexOf(":") + 1);
  return `on ${process.platform} use pipe:${name}, or auto:${name} everywhere`;
}
