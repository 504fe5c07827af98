import type { SharedMemory } from "../win32/shared-memory.js";
import { layoutVersion, rendezvousFields, rendezvousMagic, rendezvousSlots, slotFields } from "./layout.js";

/** A client's request to connect. It is not trusted: it only names the objects to open. */
export interface Request {
  readonly linkId: Uint8Array;
  readonly capacity: number;
}

/** The header of a server's rendezvous. */
export interface RendezvousHeader {
  readonly serverProcessId: number;
  readonly serverStartTime: bigint;
  readonly wakeEventId: Uint8Array;
}

/**
 * Posts a request in a slot. Slots are not locked: two clients that use the same free one at the
 * same moment overwrite each other's request, which then names no objects and is dropped. A client
 * without an answer checks that its request is still there and posts it again. So a client that
 * exits or stalls halfway blocks nothing, no slot has an owner, and the store of a word is the only
 * atomic operation.
 */
export function postRequest(memory: SharedMemory, request: Request, firstSlot: number): boolean {
  for (let i = 0; i < rendezvousSlots.count; i++) {
    const slot = slotOffset((firstSlot + i) % rendezvousSlots.count);
    if (memory.load(slot + slotFields.full.offset) !== 0) continue;
    memory.store(slot + slotFields.capacity.offset, request.capacity);
    memory.write(slot + slotFields.linkId.offset, request.linkId);
    memory.store(slot + slotFields.full.offset, 1);
    return true;
  }
  return false;
}

/** True if a request is in a slot and has not been taken. */
export function isWaiting(memory: SharedMemory, { linkId }: Request): boolean {
  const id = new Uint8Array(slotFields.linkId.bytes);
  for (let i = 0; i < rendezvousSlots.count; i++) {
    const slot = slotOffset(i);
    if (memory.load(slot + slotFields.full.offset) === 0) continue;
    memory.read(slot + slotFields.linkId.offset, id);
    if (id.every((byte, at) => byte === linkId[at])) return true;
  }
  return false;
}

/** Takes all requests and empties the slots. */
export function takeRequests(memory: SharedMemory): Request[] {
  const requests: Request[] = [];
  for (let i = 0; i < rendezvousSlots.count; i++) {
    const slot = slotOffset(i);
    if (memory.load(slot + slotFields.full.offset) === 0) continue;
    const linkId = new Uint8Array(slotFields.linkId.bytes);
    memory.read(slot + slotFields.linkId.offset, linkId);
    const capacity = memory.load(slot + slotFields.capacity.offset) >>> 0;
    // After the copy, so that no client overwrites what is being read.
    memory.store(slot + slotFields.full.offset, 0);
    requests.push({ linkId, capacity });
  }
  return requests;
}

/**
 * Turns fresh memory into a rendezvous. The magic number comes last, so that an incomplete header
 * is not read.
 */
export function writeRendezvousHeader(memory: SharedMemory, header: RendezvousHeader): void {
  memory.store(rendezvousFields.version.offset, layoutVersion);
  memory.store(rendezvousFields.slots.offset, rendezvousSlots.count);
  memory.store(rendezvousFields.serverProcessId.offset, header.serverProcessId);
  writeTime(memory, rendezvousFields.serverStartTime.offset, header.serverStartTime);
  memory.write(rendezvousFields.wakeEventId.offset, header.wakeEventId);
  memory.store(rendezvousFields.magic.offset, rendezvousMagic);
}

/**
 * @returns the header, "unfinished" if the server has not completed it, or "foreign" for another
 * version.
 */
export function readRendezvousHeader(memory: SharedMemory): RendezvousHeader | "unfinished" | "foreign" {
  const magic = memory.load(rendezvousFields.magic.offset);
  if (magic === 0) return "unfinished";
  const isKnown =
    magic === rendezvousMagic &&
    memory.load(rendezvousFields.version.offset) === layoutVersion &&
    memory.load(rendezvousFields.slots.offset) === rendezvousSlots.count;
  if (!isKnown) return "foreign";
  const wakeEventId = new Uint8Array(rendezvousFields.wakeEventId.bytes);
  memory.read(rendezvousFields.wakeEventId.offset, wakeEventId);
  return {
    serverProcessId: memory.load(rendezvousFields.serverProcessId.offset) >>> 0,
    serverStartTime: readTime(memory, rendezvousFields.serverStartTime.offset),
    wakeEventId,
  };
}

/** Reads a time of the system, in its units of 100 ns. */
export function readTime(memory: SharedMemory, offset: number): bigint {
  return BigInt(memory.load(offset) >>> 0) | (BigInt(memory.load(offset + 4) >>> 0) << 32n);
}

export function writeTime(memory: SharedMemory, offset: number, time: bigint): void {
  memory.store(offset, Number(BigInt.asIntN(32, time)));
  memory.store(offset + 4, Number(BigInt.asIntN(32, time >> 32n)));
}

function slotOffset(slot: number): number {
  return rendezvousSlots.offset + slot * rendezvousSlots.bytes;
}
