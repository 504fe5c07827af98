/** A port as browsers and Node have it: of a `MessageChannel`, or a worker's own. */
export interface EventTargetPort {
  postMessage(message: unknown): void;
  addEventListener(type: "message" | "messageerror" | "close", listener: (event: object) => void): void;
  start?(): void;
  close(): void;
}

/** A port as Electron's main and utility processes have it: `MessagePortMain`. */
export interface EventEmitterPort {
  postMessage(message: unknown): void;
  on(type: "message", listener: (event: { readonly data: unknown }) => void): unknown;
  on(type: "close", listener: () => void): unknown;
  start(): void;
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
