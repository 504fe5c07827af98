export { type CopyDataOptions, copyData } from "./copy-data-transport.js";
export { type CopyDataCounts, copyDataCounts } from "./pump-thread.js";
