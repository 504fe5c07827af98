/**
 * The transport `tcp://HOST:PORT`: TCP, loopback only unless its options say more.
 * @category Transports
 * @packageDocumentation
 */

export { type SocketOptions, socket } from "./socket-transport.js";
