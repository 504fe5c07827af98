import type { SharedMemory } from "../win32/shared-memory.js";
import { layoutVersion, rendezvousFields, rendezvousMagic, rendezvousSlots, slotFields } from "./layout.js";

/** A client's word that it wants to connect. Nothing of it is trusted: it says which objects to open. */
export interface Request {
  readonly linkId: Uint8Array;
  readonly capacity: number;
}

/** What a server says about itself in its rendezvous. */
export interface RendezvousHeader {
  readonly serverProcessId: number;
  readonly serverStartTime: bigint;
  readonly wakeEventId: Uint8Array;
}

/**
 * The slots where clients leave their requests. A slot is a letterbox without a lock: two clients that take the same free one at the same
 * moment spoil each other's request, which then names no objects and is dropped. A client that was not answered looks whether its request is
 * still there and leaves it again. So a client that dies or stalls half-way costs nothing, no slot has an owner, and no atomic operation
 * beyond the store of a word is needed.
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

/** Whether a request is in some slot and has not been taken. */
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

/** Empties the slots. */
export function takeRequests(memory: SharedMemory): Request[] {
  const requests: Request[] = [];
  for (let i = 0; i < rendezvousSlots.count; i++) {
    const slot = slotOffset(i);
    if (memory.load(slot + slotFields.full.offset) === 0) continue;
    const linkId = new Uint8Array(slotFields.linkId.bytes);
    memory.read(slot + slotFields.linkId.offset, linkId);
    const capacity = memory.load(slot + slotFields.capacity.offset) >>> 0;
    // After the copy, so that no client writes over what is being read.
    memory.store(slot + slotFields.full.offset, 0);
    requests.push({ linkId, capacity });
  }
  return requests;
}

/** Makes fresh memory a rendezvous; the magic number comes last, so that nobody reads half of it. */
export function writeRendezvousHeader(memory: SharedMemory, header: RendezvousHeader): void {
  memory.store(rendezvousFields.version.offset, layoutVersion);
  memory.store(rendezvousFields.slots.offset, rendezvousSlots.count);
  memory.store(rendezvousFields.serverProcessId.offset, header.serverProcessId);
  writeTime(memory, rendezvousFields.serverStartTime.offset, header.serverStartTime);
  memory.write(rendezvousFields.wakeEventId.offset, header.wakeEventId);
  memory.store(rendezvousFields.magic.offset, rendezvousMagic);
}

/** @returns the header, or why there is none that can be used: the server has not finished it, or speaks another version. */
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

/** A time of the system, in its units of 100 ns. */
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
