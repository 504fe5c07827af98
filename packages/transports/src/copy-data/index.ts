export { type CopyDataCounts, copyDataCounts } from "./copy-data-counts.js";
export { type CopyDataOptions, copyData } from "./copy-data-transport.js";
