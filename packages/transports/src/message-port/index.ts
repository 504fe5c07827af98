export type { EventEmitterPort, EventTargetPort, MessagePortLike } from "./message-port.js";
export { type GetPort, messagePort } from "./message-port-transport.js";
