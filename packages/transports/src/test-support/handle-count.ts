import { getCurrentProcess, getHandleInformation, getProcessHandleCount } from "../win32/kernel32.js";
import type { Handle } from "../win32/types.js";

/** Handles are multiples of 4 (https://learn.microsoft.com/windows/win32/sysinfo/handle-inheritance), and free ones are used again. */
const handleStep = 4;
/** So many unused values in a row, and there are no used ones beyond. */
const largestGap = 512;

/**
 * How many handles this process has open: what leaks shows here. Wine 10 tells 0 for every process; there they are counted one by one, in
 * some 30 ms.
 */
export function ownHandleCount(): number {
  const count = new Uint32Array(1);
  getProcessHandleCount(getCurrentProcess(), count);
  return count[0] || countOneByOne();
}

function countOneByOne(): number {
  const flags = new Uint32Array(1);
  let count = 0;
  for (let handle = handleStep, unused = 0; unused < largestGap; handle += handleStep) {
    if (getHandleInformation(handle as Handle, flags) === 0) unused++;
    else {
      unused = 0;
      count++;
    }
  }
  return count;
}
