/** The SHA-256 of a file, and where it came from. */
export interface Digest {
  readonly sha256: string;
  /** The daemon had it already: the file was not read for it. */
  readonly remembered: boolean;
}

/**
 * Digests of files, which are remembered as long as the files do not change.
 * @service
 */
export interface Digests {
  /** Two that ask for the same file at the same time have it read once. */
  digest(path: string): Promise<Digest>;
  /** The process of the daemon. */
  processId(): Promise<number>;
}
