import { corkBytes, pooledCorkBuffers } from "./byte-stream-limits.js";

const pool: Buffer[] = [];

/** Returns a buffer of `corkBytes` with arbitrary content, from the pool if it has one. */
export function takeCork(): Buffer {
  return pool.pop() ?? Buffer.allocUnsafeSlow(corkBytes);
}

/** Returns a buffer to the pool, after its last use. */
export function returnCork(cork: Buffer): void {
  if (pool.length < pooledCorkBuffers) pool.push(cork);
}
