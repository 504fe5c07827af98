import type { Hwnd } from "../win32/types.js";

/**
 * Orders to the pump from the thread of its users. `link` is the user's number for a connection.
 */
export type Order =
  | {
      readonly kind: "listen";
      readonly listener: number;
      readonly title: string;
      readonly allowLowerIntegrity: boolean;
    }
  | { readonly kind: "unlisten"; readonly listener: number }
  /** Admits the answers of processes of lower integrity. */
  | { readonly kind: "allowLowerIntegrity" }
  | { readonly kind: "open"; readonly link: number; readonly window: Hwnd; readonly ends: LinkEnds }
  | {
      readonly kind: "accept";
      readonly link: number;
      readonly listener: number;
      readonly client: ClientWindow;
      readonly ends: LinkEnds;
    }
  | {
      readonly kind: "refuse";
      readonly listener: number;
      readonly client: ClientWindow;
      readonly code: number;
      readonly text: string;
    }
  | { readonly kind: "send"; readonly link: number; readonly bytes: Uint8Array }
  /** Closes the stream after the queued bytes. */
  | { readonly kind: "end"; readonly link: number }
  /** The connection has no reader and no writer here any more. */
  | { readonly kind: "drop"; readonly link: number }
  /** There is room again: the peer may send. */
  | { readonly kind: "room"; readonly link: number }
  /** The peer's process has exited. */
  | { readonly kind: "peerExited"; readonly link: number };

/** Values that this side has chosen for a connection. */
export interface LinkEnds {
  /** The key that the peer's chunks must carry. */
  readonly key: Uint8Array;
  readonly shared: Int32Array<SharedArrayBuffer>;
}

/** The window where a client wants its answer, and the key that it expects in it. */
export interface ClientWindow {
  readonly window: Hwnd;
  readonly key: Uint8Array;
}

/** Events of the pump. */
export type PumpEvent =
  | { readonly kind: "listening"; readonly listener: number }
  | { readonly kind: "listenFailed"; readonly listener: number; readonly message: string }
  | { readonly kind: "unlistened"; readonly listener: number }
  | { readonly kind: "opening"; readonly listener: number; readonly client: ClientWindow }
  /** The server has answered the opening from this window, or the client has taken the answer. */
  | { readonly kind: "established"; readonly link: number; readonly window: Hwnd }
  | { readonly kind: "refused"; readonly link: number; readonly code: number; readonly text: string }
  | { readonly kind: "data"; readonly link: number; readonly bytes: Uint8Array }
  | { readonly kind: "taken"; readonly link: number; readonly bytes: number }
  /** The peer has sent its last chunk. */
  | { readonly kind: "peerEnd"; readonly link: number }
  /** The peer has taken this side's last chunk. */
  | { readonly kind: "ended"; readonly link: number }
  | { readonly kind: "broken"; readonly link: number; readonly break: Break };

/** Reason for the end of a connection that neither side has closed. */
export type Break = "gone" | "hung" | "blocked" | "unknown" | "gap" | "died";

/** Cells that a pump and its users share. */
export const cells = {
  /** 1 while the pump sleeps and has to be woken. */
  sleeping: 0,
  /** 1 to end at once, 2 to end as soon as there is no connection. */
  quit: 1,
  /** 1 once it may be in one of the system's waits. */
  running: 2,
  /** 1 when it makes no more system calls. */
  over: 3,
  count: 4,
} as const;

/** Cells of the counters of `CopyDataCounts`. */
export const totals = { ignored: 0, unknown: 1, duplicates: 2, gaps: 3, busy: 4 } as const;

/** Start parameters of the pump's thread. */
export interface PumpStart {
  /** The event that wakes the pump. */
  readonly wakeEvent: number;
  readonly cells: Int32Array<SharedArrayBuffer>;
  /** Address of the pump's program. */
  readonly program: string;
  /** Number of threads that were started for this pump, this one included. */
  readonly threads: number;
  /** The counters, which outlive the pump. */
  readonly totals: Int32Array<SharedArrayBuffer>;
  readonly port: import("node:worker_threads").MessagePort;
}
