/**
 * Returns the milliseconds of processor time that this process has used. Unlike the clock it stops
 * while a busy machine runs something else.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
