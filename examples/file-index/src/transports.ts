/** The transports that the index is served over, fastest first. */
const onWindows = ["shm", "pipe", "copydata", "tcp"] as const;
const elsewhere = ["pipe", "tcp"] as const;

export const transports: readonly string[] = process.platform === "win32" ? onWindows : elsewhere;

/** Returns one endpoint of each transport, which no other run of this program uses. */
export function freshEndpoints(): readonly string[] {
  return transports.map((transport) =>
    transport === "tcp" ? "tcp://127.0.0.1:0" : `${transport}:file-index-${process.pid}`,
  );
}
