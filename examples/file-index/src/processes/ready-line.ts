/** The line that a server prints when clients can connect. */
export interface Ready {
  readonly folder: string;
  readonly indexMs: number;
  /** Its endpoints, with real ports. */
  readonly endpoints: readonly string[];
}

const prefix = "ready ";

export function printReady(ready: Ready): void {
  console.log(prefix + JSON.stringify(ready));
}

/** Parses a line of a server's output; undefined if it is another line. */
export function parseReady(line: string): Ready | undefined {
  return line.startsWith(prefix) ? (JSON.parse(line.slice(prefix.length)) as Ready) : undefined;
}
