/** Options for `generate`. */
export interface GenerateOptions {
  /**
   * Folder that relative paths start from, and that messages are relative to. Default: the current
   * one.
   */
  readonly cwd?: string;
  /** Path of the tsconfig. Default: the nearest `tsconfig.json` at or above `cwd`. */
  readonly project?: string;
  /** Contract files or globs. Default: the files of the tsconfig and of those that it refers to. */
  readonly files?: readonly string[];
  /** Writes nothing and reports outdated files as drifted. Default: false. */
  readonly check?: boolean;
  /**
   * Form of the import of the contract in generated code; `auto` follows the tsconfig. Default:
   * `auto`.
   */
  readonly importExtension?: ImportExtension;
  /** Called with each step. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Forms of the import of a contract in generated code; `auto` follows the tsconfig. */
export type ImportExtension = "auto" | "js" | "ts" | "none";

export const importExtensions: readonly ImportExtension[] = ["auto", "js", "ts", "none"];

/** A step of a run. */
export interface Progress {
  readonly stage: "read" | "emit";
  /** Path relative to `cwd`. */
  readonly file: string;
  /** From 1 to `total`. */
  readonly index: number;
  readonly total: number;
}

/** Error for options that name something that does not exist, such as a tsconfig or a file. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
