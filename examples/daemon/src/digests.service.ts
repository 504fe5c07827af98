/** The SHA-256 of a file, and whether it was read for it. */
export interface Digest {
  readonly sha256: string;
  /** True if the daemon knew it already, and did not read the file. */
  readonly remembered: boolean;
}

/**
 * Digests of files, which are remembered as long as the files do not change.
 * @service
 */
export interface Digests {
  /** Returns the digest of a file. Concurrent calls for the same file read it once. */
  digest(path: string): Promise<Digest>;
  /** Returns the process id of the daemon. */
  processId(): Promise<number>;
}
