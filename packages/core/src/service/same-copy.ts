import { RpcError } from "../errors/rpc-error.js";

/** Contracts that were created with this copy of the package. A program can load several copies. */
const own = new WeakSet<object>();

/** Records that a contract was created with this copy of the package. */
export function registerCopy(definition: object): void {
  own.add(definition);
}

/**
 * Refuses a contract of another copy of this package: checks of the classes of its types and errors
 * would fail here.
 * @throws {RpcError} `failedPrecondition`
 */
export function assertSameCopy(definition: { readonly name: string }): void {
  if (own.has(definition)) return;
  throw new RpcError(
    "failedPrecondition",
    `the program has loaded two copies of @crosspane/core: the generated module of ${definition.name} imports another one than this ` +
      "connection was made with; `npm ls @crosspane/core` shows where they are, `npm dedupe` or one version for all leaves one; a bundler " +
      "must keep it outside everywhere or nowhere",
  );
}
