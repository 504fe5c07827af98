import { corkBytes, pooledCorkBuffers } from "./byte-stream-limits.js";

const pool: Buffer[] = [];

/** A buffer of `corkBytes` with anything in it. */
export function takeCork(): Buffer {
  return pool.pop() ?? Buffer.allocUnsafeSlow(corkBytes);
}

/** Gives back a buffer that nobody reads or writes any more. */
export function returnCork(cork: Buffer): void {
  if (pool.length < pooledCorkBuffers) pool.push(cork);
}
