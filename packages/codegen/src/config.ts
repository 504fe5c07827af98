/** What to generate, and how. */
export interface GenerateOptions {
  /** Folder that relative paths start from, and that messages are relative to. Default: the current one. */
  readonly cwd?: string;
  /** Path of the tsconfig. Default: the nearest `tsconfig.json` at or above `cwd`. */
  readonly project?: string;
  /** Contract files or globs. Default: the files of the tsconfig and of those that it refers to. */
  readonly files?: readonly string[];
  /** Writes nothing and reports what would be written as drifted. Default: false. */
  readonly check?: boolean;
  /** How generated code imports the contract; `auto` goes by the tsconfig. Default: `auto`. */
  readonly importExtension?: ImportExtension;
  /** Is told what is being worked on. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How generated code writes the import of its contract; `auto` follows the tsconfig. */
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

/** The options ask for something that is not there, such as a tsconfig or a file. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
