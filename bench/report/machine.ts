import { cpus, release, totalmem, type } from "node:os";

/** The properties of the host that the figures depend on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Returns the version of Wine, which behaves as Windows does at other costs. */
  readonly wine?: string | undefined;
  readonly node: string;
  readonly arch: string;
  readonly clock: Clock;
}

export interface Clock {
  /** Returns the smallest step that `performance.now()` was seen to make, in nanoseconds. */
  readonly stepNs: number;
  /** Returns the cost of reading it, in nanoseconds. */
  readonly readNs: number;
}

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    wine:
      process.env["WINEHOMEDIR"] === undefined ? undefined : (process.env["CROSSPANE_BENCH_WINE"] ?? "Wine"),
    node: process.version,
    arch: process.arch,
    clock: measureClock(),
  };
}

function measureClock(): Clock {
  const reads = 200_000;
  let stepNs = Number.POSITIVE_INFINITY;
  const startedAt = performance.now();
  let last = startedAt;
  for (let read = 0; read < reads; read += 1) {
    const now = performance.now();
    if (now > last) stepNs = Math.min(stepNs, Math.round((now - last) * 1e6));
    last = now;
  }
  return { stepNs, readNs: Math.round(((last - startedAt) * 1e6) / reads) };
}
