/**
 * The transport `stdio:`: between a parent and a child that it starts.
 * @category Transports
 * @packageDocumentation
 */

export type { StdioOptions } from "./stdio-options.js";
export { stdio } from "./stdio-transport.js";
