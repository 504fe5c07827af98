/** Files with the same extension. */
export interface Kind {
  extension: string;
  files: number;
  bytes: number;
  newest: Date;
}

/** @service */
export interface Folders {
  /** Returns the files in a folder and below it by extension, those with most bytes first. */
  report(folder: string): Promise<Kind[]>;
  /** Names of files that change in a folder, until the caller disconnects. */
  watch(folder: string): AsyncIterable<string>;
}
