import { RpcError } from "../errors/rpc-error.js";
import { carriedBy, convertArgs, type Method } from "../service/method.js";
import type { PreparedArgs } from "../service/service.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import { defaultLimits } from "../transport/limits.js";
import { EncodedValue } from "../wire/encode-message.js";

/** Arguments that were checked and encoded once, for calls on many connections. */
export class EncodedArgs implements PreparedArgs {
  readonly method: Method;
  /** As they were given. */
  readonly args: readonly unknown[];
  readonly encoded: EncodedValue;

  /** @throws {RpcError} `invalidArgument` if they are not of their types. */
  constructor(method: Method, args: readonly unknown[]) {
    this.method = method;
    this.args = args;
    try {
      this.encoded = new EncodedValue(convertArgs(method, args, true, defaultLimits.maxNesting));
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw thrown;
      throw new RpcError("invalidArgument", thrown.describe());
    }
  }

  /** What refers to something has another number on each connection. */
  static possible(method: Method): boolean {
    return !carriedBy(method).args;
  }
}
