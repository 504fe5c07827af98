import { RpcError } from "@crosspane/core";
import { givenKind } from "@crosspane/core/transport";

/** A port of browsers and Node: of a `MessageChannel`, or a worker's own. */
export interface EventTargetPort {
  /** Sends a message, copied as `structuredClone` does. */
  postMessage(message: unknown): void;
  /** Adds a listener for messages, for those that cannot be deserialized, or for the end. */
  addEventListener(type: "message" | "messageerror" | "close", listener: (event: object) => void): void;
  /** Starts delivery, if a port does not start by itself. */
  start?(): void;
  /** Ends the channel, at both ends. */
  close(): void;
}

/** A port of Electron's main and utility processes: `MessagePortMain`. */
export interface EventEmitterPort {
  /** Sends a message, copied as `structuredClone` does. */
  postMessage(message: unknown): void;
  /** Adds a listener for messages. */
  on(type: "message", listener: (event: { readonly data: unknown }) => void): unknown;
  /** Adds a listener for the end. */
  on(type: "close", listener: () => void): unknown;
  /** Starts delivery. */
  start(): void;
  /** Ends the channel, at both ends. */
  close(): void;
}

/** One end of a channel for messages. */
export type MessagePortLike = EventTargetPort | EventEmitterPort;

/** Events of a port. */
export interface PortEvents {
  message(data: unknown): void;
  /** A message arrived that cannot be deserialized. */
  unreadable(): void;
  closed(): void;
}

/** @throws {RpcError} `invalidArgument` for anything but a port. */
export function assertPort(port: unknown): void {
  const { postMessage, addEventListener, on } = (port ?? {}) as Partial<EventTargetPort & EventEmitterPort>;
  if (typeof postMessage === "function" && typeof (addEventListener ?? on) === "function") return;
  const text = `messagePort: pass a MessagePort, a MessagePortMain or a function that returns one, got ${givenKind(port)}`;
  throw new RpcError("invalidArgument", text);
}

/** Subscribes to the events of a port, from its first message. */
export function listenTo(port: MessagePortLike, events: PortEvents): void {
  if ("addEventListener" in port) {
    port.addEventListener("message", (event) => events.message((event as { readonly data?: unknown }).data));
    port.addEventListener("messageerror", () => events.unreadable());
    port.addEventListener("close", () => events.closed());
  } else {
    port.on("message", ({ data }) => events.message(data));
    port.on("close", () => events.closed());
  }
  port.start?.();
}

/** True if a port reports that its other end is gone; older browsers do not. */
export function tellsOfClose(port: MessagePortLike): boolean {
  return !("addEventListener" in port) || "onclose" in port || "on" in port;
}
