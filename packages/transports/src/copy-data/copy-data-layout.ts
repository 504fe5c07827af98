/**
 * Layout of the messages of `copydata:`. `docs/wire-protocol.md` documents it for peers in other
 * languages, and a test compares the page to this file. All numbers are little-endian. See
 * https://learn.microsoft.com/windows/win32/dataxchg/wm-copydata.
 */

/** `COPYDATASTRUCT.dwData` of every message: `XPC1` in memory. */
export const magic = 0x3143_5058;

/** The header in front of every payload. */
export const header = {
  /** 16 bytes: the key that the receiver has chosen for this connection; zeros in an `open`. */
  key: 0,
  /** uint32: numbers the chunks of a direction from 0; 0 in a `ready`. */
  sequence: 16,
  /** uint8: one of {@link kinds}. */
  kind: 20,
  /** 3 bytes of zero. */
  reserved: 21,
} as const;

export const headerBytes = 24;
export const keyBytes = 16;

export const kinds = { open: 1, accept: 2, refuse: 3, data: 4, close: 5, ready: 6 } as const;

export type Kind = (typeof kinds)[keyof typeof kinds];

/** Results of the window procedure. */
export const results = {
  /** Not a message of this protocol, or one that the sender must not rely on. */
  ignored: 0,
  /** Taken, now or earlier. */
  taken: 1,
  /** Not taken: send it again after `ready`. */
  busy: 2,
  /** Not taken: the connection is unknown or has ended. */
  over: 3,
} as const;

export type Result = (typeof results)[keyof typeof results];

/** Payload of `open` and `accept`: the sender's window (uint64), then the key it has chosen. */
export const introduction = { window: 0, key: 8 } as const;
export const introductionBytes = 24;

/** Payload of `refuse`: a code of the table of codes (uint8), then a text in UTF-8. */
export const refusal = { code: 0, text: 1 } as const;

/** Limit of the text of a refusal in bytes; the rest is cut. */
export const maxRefusalTextBytes = 512;
