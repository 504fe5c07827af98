export { type SocketOptions, socket } from "./socket-transport.js";
