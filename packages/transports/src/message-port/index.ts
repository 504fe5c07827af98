/**
 * The transport `messagePort(port)`: between threads, frames of a page and processes of an
 * Electron app.
 * @category Transports
 * @packageDocumentation
 */

export type { EventEmitterPort, EventTargetPort, MessagePortLike } from "./message-port.js";
export { type GetPort, messagePort } from "./message-port-transport.js";
