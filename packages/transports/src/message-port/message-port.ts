/** A port as browsers and Node have it: of a `MessageChannel`, or a worker's own. */
export interface EventTargetPort {
  /** Sends a message, copied as `structuredClone` does. */
  postMessage(message: unknown): void;
  /** Has a listener told of messages, of those that cannot be read, and of the end. */
  addEventListener(type: "message" | "messageerror" | "close", listener: (event: object) => void): void;
  /** Begins to deliver, where a port does not by itself. */
  start?(): void;
  /** Ends the channel, at both ends. */
  close(): void;
}

/** A port as Electron's main and utility processes have it: `MessagePortMain`. */
export interface EventEmitterPort {
  /** Sends a message, copied as `structuredClone` does. */
  postMessage(message: unknown): void;
  /** Has a listener told of messages. */
  on(type: "message", listener: (event: { readonly data: unknown }) => void): unknown;
  /** Has a listener told of the end. */
  on(type: "close", listener: () => void): unknown;
  /** Begins to deliver. */
  start(): void;
  /** Ends the channel, at both ends. */
  close(): void;
}

/** One end of a channel for messages. */
export type MessagePortLike = EventTargetPort | EventEmitterPort;

/** What a port tells. */
export interface PortEvents {
  message(data: unknown): void;
  /** A message came that cannot be read. */
  unreadable(): void;
  closed(): void;
}

/** Has a port tell what comes, from its first message. */
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

/** Whether a port tells that its other end is gone; older browsers do not. */
export function tellsOfClose(port: MessagePortLike): boolean {
  return !("addEventListener" in port) || "onclose" in port || "on" in port;
}
