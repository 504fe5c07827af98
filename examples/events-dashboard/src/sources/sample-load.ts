import { cpus, freemem, totalmem } from "node:os";
import type { Load } from "../monitor.service.js";

/** Returns a function that measures the load of the machine since its last call. */
export function loadSampler(): () => Load {
  let before = processorTimes();
  return () => {
    const now = processorTimes();
    const spent = now.all - before.all;
    const cpuPercent = spent > 0 ? Math.round((100 * (now.busy - before.busy)) / spent) : 0;
    before = now;
    return {
      at: new Date(),
      cpuPercent: Math.min(Math.max(cpuPercent, 0), 100),
      freeBytes: freemem(),
      totalBytes: totalmem(),
      serverBytes: process.memoryUsage.rss(),
    };
  };
}

function processorTimes(): { readonly all: number; readonly busy: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, busy: all - idle };
}
