/**
 * The transport `pipe:NAME`: named pipes of Windows with options for access, Unix sockets
 * elsewhere.
 * @category Transports
 * @packageDocumentation
 */

export type { NamedPipeOptions } from "./named-pipe-options.js";
export { namedPipe } from "./named-pipe-transport.js";
