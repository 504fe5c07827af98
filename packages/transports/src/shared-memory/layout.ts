/**
 * Layout of the two kinds of memory that this transport shares, in bytes from the beginning. All
 * numbers are unsigned 32-bit integers, little-endian. `docs/shared-memory-layout.md` is this table
 * for the authors of other programs; a test compares the two.
 */

/**
 * Distance of fields that different sides write: two cache lines, because processors fetch lines in
 * pairs.
 */
export const lineBytes = 128;

/** A field and its size. */
export interface Field {
  readonly offset: number;
  readonly bytes: number;
}

const word = (offset: number): Field => ({ offset, bytes: 4 });

export const layoutVersion = 1;

/** `XPSL` in memory: the rendezvous, where clients post requests to connect. */
export const rendezvousMagic = 0x4c53_5058;

export const rendezvousFields = {
  magic: word(0),
  version: word(4),
  slots: word(8),
  serverProcessId: word(16),
  /** Start time of the server's process, in units of 100 ns: the low word first. */
  serverStartTime: { offset: 24, bytes: 8 },
  /** Random; names the event that wakes the server. */
  wakeEventId: { offset: 32, bytes: 16 },
} as const satisfies Record<string, Field>;

export const rendezvousSlots = { offset: lineBytes, count: 64, bytes: 32 } as const;

/** Fields of a slot. */
export const slotFields = {
  full: word(0),
  capacity: word(4),
  /** Random; names the objects of the connection, which the client has created. */
  linkId: { offset: 8, bytes: 16 },
} as const satisfies Record<string, Field>;

export const rendezvousBytes = 4096;

/** `XPSM` in memory: one connection. */
export const linkMagic = 0x4d53_5058;

export const linkFields = {
  magic: word(0),
  version: word(4),
  capacity: word(8),
  /** One of {@link linkStates}. */
  state: word(12),
  clientProcessId: word(16),
  clientStartTime: { offset: 24, bytes: 8 },
} as const satisfies Record<string, Field>;

/** The server's answer to a client. */
export const linkStates = { offered: 0, accepted: 1, refused: 2, denied: 3 } as const;

/** Fields of the control block of a ring. */
export const ringFields = {
  /** Bytes written so far, modulo 2^32. Written by the producer. */
  tail: word(0),
  /** Bytes read so far, modulo 2^32. Written by the consumer. */
  head: word(lineBytes),
  /** 1: the consumer sleeps and has to be woken when there is something to read. */
  consumerWaits: word(2 * lineBytes),
  /** 1: the producer sleeps and has to be woken when there is room again. */
  producerWaits: word(3 * lineBytes),
  /** One of {@link endings}. Written by the producer after its last `tail`. */
  ended: word(4 * lineBytes),
} as const satisfies Record<string, Field>;

/** Endings of the producer of a ring. */
export const endings = { not: 0, inOrder: 1, brokenOff: 2 } as const;

export const ringControlBytes = 5 * lineBytes;

/** Offsets of the control blocks of the two rings. */
export const ringControls = { toServer: lineBytes, toClient: lineBytes + ringControlBytes } as const;

/** Offset of the bytes of the ring to the server; those of the ring to the client follow. */
export const linkDataOffset = 4096;

/** Size of the header of each message in a ring: its length, and a word that is 0. */
export const frameHeaderBytes = 8;

/** Frames begin at multiples of this, and cursors are multiples of it. */
export const alignment = 8;

export const minCapacity = 4096;
export const maxCapacity = 64 * 1024 * 1024;

/** Returns the size of the memory of a connection. */
export function linkBytes(capacity: number): number {
  return linkDataOffset + 2 * capacity;
}

/**
 * True for a valid size of a ring: a power of two, so that positions stay valid when cursors wrap
 * around at 32 bits.
 */
export function isCapacity(bytes: number): boolean {
  return (
    Number.isInteger(bytes) && bytes >= minCapacity && bytes <= maxCapacity && (bytes & (bytes - 1)) === 0
  );
}

/** Offsets of one ring of a connection. */
export interface RingPlace {
  readonly tail: number;
  readonly head: number;
  readonly consumerWaits: number;
  readonly producerWaits: number;
  readonly ended: number;
  readonly data: number;
  readonly capacity: number;
}

/** Returns the offsets of the two rings of a connection. */
export function ringPlaces(capacity: number): { readonly toServer: RingPlace; readonly toClient: RingPlace } {
  return {
    toServer: ringPlace(ringControls.toServer, linkDataOffset, capacity),
    toClient: ringPlace(ringControls.toClient, linkDataOffset + capacity, capacity),
  };
}

function ringPlace(control: number, data: number, capacity: number): RingPlace {
  return {
    tail: control + ringFields.tail.offset,
    head: control + ringFields.head.offset,
    consumerWaits: control + ringFields.consumerWaits.offset,
    producerWaits: control + ringFields.producerWaits.offset,
    ended: control + ringFields.ended.offset,
    data,
    capacity,
  };
}

/** Returns the number of bytes that a message occupies in a ring. */
export function frameBytes(messageBytes: number): number {
  return frameHeaderBytes + aligned(messageBytes);
}

/** Rounds up without bit operators, because lengths go up to 2^32. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
