export type { Diagnostic } from "./check/diagnostic.js";
export { ConfigError, type GenerateOptions, type ImportExtension, type Progress } from "./config.js";
export { displayPath } from "./contract-paths.js";
export { type GeneratedFile, type GenerateResult, generate } from "./generate.js";
export type { Location } from "./model/location.js";
export { type Watch, type WatchListener, watchContracts } from "./watch.js";
