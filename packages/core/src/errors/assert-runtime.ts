import { RpcError } from "./rpc-error.js";

/**
 * Asserts that the runtime supports this package, once, so that an old one is named instead of
 * causing a `TypeError` deep inside a call.
 * @throws {RpcError} `unimplemented` if the runtime is too old.
 */
export function assertRuntime(): void {
  if (typeof Promise.withResolvers === "function") return;
  const { process } = globalThis as { readonly process?: { readonly version?: string } };
  const found = process?.version === undefined ? "this runtime" : `Node ${process.version}`;
  throw new RpcError("unimplemented", `${found} is too old: Crosspane needs Node 22.18 or newer; update it`);
}
