import { getCurrentProcess, getHandleInformation, getProcessHandleCount } from "../win32/kernel32.js";
import type { Handle } from "../win32/types.js";

/**
 * Step between values of handles, which are multiples of 4
 * (https://learn.microsoft.com/windows/win32/sysinfo/handle-inheritance). The system reuses free
 * ones.
 */
const handleStep = 4;
/** Number of unused values in a row after which no used ones are expected. */
const largestGap = 512;

/**
 * Returns the number of open handles of this process, which shows leaks. Wine 10 reports 0 for
 * every process; there they are counted one by one, in some 30 ms.
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
