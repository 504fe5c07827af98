/** What a server tells when clients can connect. */
export interface Ready {
  readonly folder: string;
  readonly indexMs: number;
  /** Where it listens, with real ports. */
  readonly endpoints: readonly string[];
}

const prefix = "ready ";

export function printReady(ready: Ready): void {
  console.log(prefix + JSON.stringify(ready));
}

/** What a line of a server's output tells; undefined if it is another line. */
export function parseReady(line: string): Ready | undefined {
  return line.startsWith(prefix) ? (JSON.parse(line.slice(prefix.length)) as Ready) : undefined;
}
