/** One rule of the repository that a program can hold. */
export interface Check {
  /** What `npm run check -- NAME` calls it. */
  readonly name: string;
  /** What holds when it passes. */
  readonly title: string;
  /** Finds what breaks the rule in the repository at that folder. */
  readonly run: (root: string) => Promise<readonly Finding[]>;
}

/** One place that breaks a rule. */
export interface Finding {
  /** Relative to the repository, with forward slashes. */
  readonly file: string;
  /** From 1; missing where the whole file is meant. */
  readonly line?: number | undefined;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

export function formatFinding({ file, line, message }: Finding): string {
  return `${line === undefined ? file : `${file}:${line}`}: ${message}`;
}
