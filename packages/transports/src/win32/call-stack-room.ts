import { callHeapBytes } from "./load-koffi.js";
import { isWine } from "./ntdll.js";
import { type Address, nullAddress } from "./types.js";
import { getCurrentThreadStackLimits, virtualAlloc, virtualFree, virtualQuery } from "./virtual-memory.js";

/**
 * Room below the stack of native calls, which only Wine needs.
 *
 * Wine passes a sent message to its window procedure by copying all of it below the stack pointer
 * (`KeUserModeCallback`), and does not check where the stack ends. That stack is koffi's while the
 * window's thread is in a system call, and has at most 16 MiB. A larger message would overwrite the
 * memory below it, and one that barely fits would leave no stack for the window procedure. So
 * everything below the stack that a message can reach is reserved for this purpose. V8 refuses to
 * run there, so the system call throws a `RangeError` and the sender gets 0.
 */

/** The length of a WM_COPYDATA has 32 bits; a packed message adds a header. */
const roomBytes = 2 ** 32 + 2 ** 20;

/** Enough for any message of a well-behaved program. */
const enoughBytes = 128 * 2 ** 20;

const pageBytes = 4096;
/** https://learn.microsoft.com/windows/win32/api/sysinfoapi/ns-sysinfoapi-system_info */
const granularity = 64 * 1024;
/** Less than the 4 GiB of address space that one of Wine's page tables describes. */
const tableStep = 2 ** 30;

/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualalloc */
const [commit, reserve, noAccess, readWrite] = [0x1000, 0x2000, 0x01, 0x04];
/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualfree */
const [decommit, release] = [0x4000, 0x8000];
/** https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-memory_basic_information */
const information = { bytes: 48, base: 0, regionSize: 24, state: 32 } as const;
const free = 0x1_0000;

/**
 * Makes Wine set up its page tables for the memory that the next threads will get. Otherwise they
 * would end up right below the stack.
 */
export function prepareCallStackRoom(): void {
  if (!isWine) return;
  // Twice the room, because the thread takes other memory there too.
  const bytes = 2 * roomBytes;
  const base = virtualAlloc(nullAddress, bytes, reserve, noAccess);
  if (base === nullAddress) return;
  for (let at = 0; at < bytes; at += tableStep) {
    virtualAlloc((base + at) as Address, pageBytes, commit, noAccess);
  }
  virtualFree(base, 0, release);
}

/** A range of address space. */
interface Span {
  readonly base: number;
  readonly bytes: number;
}

/** The room below the call stack of one thread. */
export class CallStackRoom {
  /** Bytes below the stack that a message may cover. */
  readonly bytes: number;
  readonly #spans: readonly Span[];

  private constructor(bytes: number, spans: readonly Span[]) {
    this.bytes = bytes;
    this.#spans = spans;
  }

  /**
   * Takes the room of this thread. Call it right after koffi was loaded in the thread, before
   * another thread takes memory below the stack.
   * @returns undefined on Windows, which does not need it.
   */
  static take(): CallStackRoom | undefined {
    if (!isWine) return undefined;
    const [low, high] = [new BigUint64Array(1), new BigUint64Array(1)];
    getCurrentThreadStackLimits(low, high);
    // koffi reserves an inaccessible page at both ends of its stack.
    const stackBase = Number(low[0]) - pageBytes;
    virtualAlloc(stackBase as Address, pageBytes, commit, readWrite);
    const spans: Span[] = [];
    let bottom = stackBase;
    for (const { isFree, base, bytes } of regions(stackBase - roomBytes, stackBase).reverse()) {
      if (isFree) {
        for (let span = takeBelow(bottom, base); span !== undefined; span = takeBelow(bottom, base)) {
          spans.push(span);
          bottom = span.base;
        }
      } else if (bytes === callHeapBytes()) {
        // koffi's memory for arguments. A call that is receiving a message has none there.
        bottom = base;
      }
      if (bottom !== base) break;
    }
    return new CallStackRoom(stackBase - bottom, spans);
  }

  /**
   * True if other memory of this process lies so close below the stack that a message may reach it.
   */
  get isSmall(): boolean {
    return this.bytes < enoughBytes;
  }

  /** Releases the room; call it when the thread has no window any more. */
  release(): void {
    for (const { base } of this.#spans) virtualFree(base as Address, 0, release);
  }

  /** Returns the memory that a large message has filled to the system. */
  clear(): void {
    for (const { base, bytes } of this.#spans) {
      virtualFree(base as Address, bytes, decommit);
      virtualAlloc(base as Address, bytes, commit, readWrite);
    }
  }
}

/** Returns the regions of an address range, in order. */
function regions(from: number, to: number): (Span & { readonly isFree: boolean })[] {
  const found: (Span & { readonly isFree: boolean })[] = [];
  const about = Buffer.alloc(information.bytes);
  for (let base = from; base < to; ) {
    if (virtualQuery(base as Address, about, about.length) === 0) return found;
    const end =
      Number(about.readBigUInt64LE(information.base)) + Number(about.readBigUInt64LE(information.regionSize));
    const bytes = Math.min(end, to) - base;
    found.push({ base, bytes, isFree: about.readUInt32LE(information.state) === free });
    base += bytes;
  }
  return found;
}

/**
 * Takes as much of the free memory right below an address as the system grants. The memory that
 * Wine's own libraries have mapped looks free too, but cannot be allocated.
 */
function takeBelow(end: number, from: number): Span | undefined {
  let base = Math.ceil(from / granularity) * granularity;
  for (; end - base >= granularity; base += half(end - base)) {
    if (virtualAlloc(base as Address, end - base, reserve | commit, readWrite) !== nullAddress) {
      return { base, bytes: end - base };
    }
  }
  return undefined;
}

/** Returns half of a number of bytes, at least one unit of the address space. */
function half(bytes: number): number {
  return Math.max(granularity, Math.floor(bytes / 2 / granularity) * granularity);
}
