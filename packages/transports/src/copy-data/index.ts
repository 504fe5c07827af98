/**
 * The transport `copydata:NAME`: WM_COPYDATA between the windows of one desktop.
 * @category Transports
 * @packageDocumentation
 */

export { type CopyDataCounts, copyDataCounts } from "./copy-data-counts.js";
export { type CopyDataOptions, copyData } from "./copy-data-transport.js";
