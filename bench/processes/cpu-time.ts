/** Returns the CPU time of this process in microseconds, all threads, user and system. */
export function cpuTimeUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
