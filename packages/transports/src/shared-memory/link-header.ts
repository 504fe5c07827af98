import type { SharedMemory } from "../win32/shared-memory.js";
import { isCapacity, layoutVersion, linkFields, linkMagic, linkStates } from "./layout.js";
import { readTime, writeTime } from "./rendezvous.js";

/** The header with which a client offers a connection. */
export interface LinkHeader {
  readonly capacity: number;
  readonly clientProcessId: number;
  readonly clientStartTime: bigint;
}

export type LinkState = keyof typeof linkStates;

/** Turns fresh memory into that of a connection; the magic number comes last. */
export function writeLinkHeader(memory: SharedMemory, header: LinkHeader): void {
  memory.store(linkFields.version.offset, layoutVersion);
  memory.store(linkFields.capacity.offset, header.capacity);
  memory.store(linkFields.state.offset, linkStates.offered);
  memory.store(linkFields.clientProcessId.offset, header.clientProcessId);
  writeTime(memory, linkFields.clientStartTime.offset, header.clientStartTime);
  memory.store(linkFields.magic.offset, linkMagic);
}

/**
 * @returns undefined for memory that is not an offer of a connection in this version and of this
 * capacity.
 */
export function readLinkHeader(memory: SharedMemory, expectedCapacity: number): LinkHeader | undefined {
  const capacity = memory.load(linkFields.capacity.offset) >>> 0;
  const isOffer =
    memory.load(linkFields.magic.offset) === linkMagic &&
    memory.load(linkFields.version.offset) === layoutVersion &&
    capacity === expectedCapacity &&
    isCapacity(capacity) &&
    memory.load(linkFields.state.offset) === linkStates.offered;
  if (!isOffer) return undefined;
  return {
    capacity,
    clientProcessId: memory.load(linkFields.clientProcessId.offset) >>> 0,
    clientStartTime: readTime(memory, linkFields.clientStartTime.offset),
  };
}

export function setLinkState(memory: SharedMemory, state: LinkState): void {
  memory.store(linkFields.state.offset, linkStates[state]);
}

export function linkState(memory: SharedMemory): LinkState {
  const word = memory.load(linkFields.state.offset);
  if (word === linkStates.offered) return "offered";
  if (word === linkStates.accepted) return "accepted";
  return word === linkStates.denied ? "denied" : "refused";
}
