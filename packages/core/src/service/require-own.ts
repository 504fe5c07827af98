import { RpcError } from "../errors/rpc-error.js";

/** The contracts that were made with this copy of the package: a program can load more than one. */
const own = new WeakSet<object>();

/** Notes that a contract was made with this copy of the package. */
export function markOwn(definition: object): void {
  own.add(definition);
}

/**
 * Refuses a contract that was made with another copy of this package: what tells its types and errors apart would not work here.
 * @throws {RpcError} `failedPrecondition`
 */
export function requireOwn(definition: { readonly name: string }): void {
  if (own.has(definition)) return;
  throw new RpcError(
    "failedPrecondition",
    `the program has loaded two copies of @crosspane/core: the generated module of ${definition.name} imports another one than this ` +
      "connection was made with; `npm ls @crosspane/core` shows where they are, `npm dedupe` or one version for all leaves one; a bundler " +
      "must keep it outside everywhere or nowhere",
  );
}
