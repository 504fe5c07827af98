import type { Hwnd } from "../win32/types.js";

/** What the pump is told by the thread of its users. `link` is the user's number for a connection. */
export type Order =
  | {
      readonly kind: "listen";
      readonly listener: number;
      readonly title: string;
      readonly allowLowerIntegrity: boolean;
    }
  | { readonly kind: "unlisten"; readonly listener: number }
  /** Lets the answers of processes of lower integrity in. */
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
  /** Close after what is queued. */
  | { readonly kind: "end"; readonly link: number }
  /** Nobody reads or writes this connection any more. */
  | { readonly kind: "drop"; readonly link: number }
  /** There is room again: the peer may go on. */
  | { readonly kind: "room"; readonly link: number }
  /** The peer's process has ended. */
  | { readonly kind: "peerExited"; readonly link: number };

/** What this side has set for a connection. */
export interface LinkEnds {
  /** The key that the peer has to show. */
  readonly key: Uint8Array;
  readonly shared: Int32Array<SharedArrayBuffer>;
}

/** Where a client wants its answer, and the key that it wants to see there. */
export interface ClientWindow {
  readonly window: Hwnd;
  readonly key: Uint8Array;
}

/** What the pump tells. */
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
  /** The peer has sent its last. */
  | { readonly kind: "peerEnd"; readonly link: number }
  /** The peer has taken our last. */
  | { readonly kind: "ended"; readonly link: number }
  | { readonly kind: "broken"; readonly link: number; readonly break: Break };

/** Why a connection ended that nobody has closed. */
export type Break = "gone" | "hung" | "blocked" | "unknown" | "gap" | "died";

/** Cells that a pump and its users share. */
export const cells = {
  /** 1 while the pump sleeps and has to be woken. */
  sleeping: 0,
  /** 1 when it has to end, 2 when it has to as soon as it has no connection. */
  quit: 1,
  /** 1 once it may be in one of the system's waits. */
  running: 2,
  /** 1 when it makes no more calls into the system. */
  over: 3,
  count: 4,
} as const;

/** What pumps count, and in which cell; `CopyDataCounts` says what each is. */
export const totals = { ignored: 0, unknown: 1, duplicates: 2, gaps: 3, busy: 4 } as const;

/** What the pump's thread is started with. */
export interface PumpStart {
  /** Set to wake the pump. */
  readonly wakeEvent: number;
  readonly cells: Int32Array<SharedArrayBuffer>;
  /** Threads that were started for this pump, this one included. */
  readonly threads: number;
  /** The counters, which outlive the pump. */
  readonly totals: Int32Array<SharedArrayBuffer>;
  readonly port: import("node:worker_threads").MessagePort;
}
