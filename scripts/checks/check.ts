/** One rule of the repository that a program can check. */
export interface Check {
  /** Name for `npm run check -- NAME`. */
  readonly name: string;
  /** States the rule, which holds if the check passes. */
  readonly title: string;
  /** Finds violations in the repository at that folder. */
  readonly run: (root: string) => Promise<readonly Finding[]>;
}

/** One violation of a rule. */
export interface Finding {
  /** Relative to the repository, with forward slashes. */
  readonly file: string;
  /** Counted from 1; undefined if the whole file is meant. */
  readonly line?: number | undefined;
  /** Says what is wrong and what to do. */
  readonly message: string;
}

export function formatFinding({ file, line, message }: Finding): string {
  return `${line === undefined ? file : `${file}:${line}`}: ${message}`;
}
