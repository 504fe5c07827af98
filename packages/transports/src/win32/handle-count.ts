import { getCurrentProcess, getProcessHandleCount } from "./kernel32.js";

/** How many handles this process has open: what leaks shows here. */
export function ownHandleCount(): number {
  const count = new Uint32Array(1);
  getProcessHandleCount(getCurrentProcess(), count);
  return count[0] as number;
}
