export type { NamedPipeOptions } from "./named-pipe-options.js";
export { namedPipe } from "./named-pipe-transport.js";
