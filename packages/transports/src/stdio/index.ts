export type { StdioOptions } from "./stdio-options.js";
export { stdio } from "./stdio-transport.js";
