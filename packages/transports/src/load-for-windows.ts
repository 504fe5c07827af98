import { RpcError } from "@crosspane/core";

/**
 * Loads a module that calls Windows by koffi. That koffi is missing is said as what it is: nothing that another attempt mends.
 * @throws {RpcError} `unimplemented` where there is no Windows, or no koffi.
 */
export async function loadForWindows<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (cause instanceof RpcError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RpcError(
      "unimplemented",
      `what calls Windows cannot be loaded by ${process.execPath}: ${why}; it needs koffi: install @crosspane/transports with its ` +
        "dependencies, the optional ones included, and leave koffi out of bundles",
      { cause },
    );
  }
}
