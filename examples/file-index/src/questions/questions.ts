/** The questions of clients, which are also answered from the file system independently. */
export const questions = {
  totals: "Totals",
  extensions: "Frequent extensions",
  largest: "Largest files",
  manifests: "Find **/package.json",
  declarations: "*.d.ts from 100 kB on",
  text: "Manifests that say MIT",
  entry: "The first package.json",
  slice: "8 bytes of its middle",
  hash: "Its SHA-256",
  wrongPath: "A wrong path",
  escape: "A path that leads out",
  absolute: "An absolute path",
  timeout: "Search with a timeout",
  cancel: "Search, then cancel",
  afterwards: "Searches still running",
} as const;

export const manifestPattern = "**/package.json";
export const licenseText = '"license": "MIT"';
export const declarationPattern = "**/*.d.ts";
export const largeBytes = 100_000;
/** Number of files and extensions that the answers name. */
export const namedCount = 3;
export const sliceBytes = 8;
