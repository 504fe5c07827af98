/** A place in a source file. Lines and columns count from 1. */
export interface Location {
  /** Absolute path with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
