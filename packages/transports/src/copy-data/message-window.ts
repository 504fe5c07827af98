import { threadId } from "node:worker_threads";
import { moveFromAddress } from "../win32/kernel32.js";
import { nativeCallback, pointerTo } from "../win32/load-koffi.js";
import { type Address, type Handle, type Hwnd, nullAddress } from "../win32/types.js";
import {
  changeWindowMessageFilterEx,
  createWindowEx,
  defWindowProc,
  destroyWindow,
  registerClassEx,
  unregisterClass,
} from "../win32/user32.js";
import { win32Error } from "../win32/win32-error.js";
import { type Chunk, parseChunk } from "./chunk.js";
import { headerBytes, magic, type Result, results } from "./copy-data-layout.js";
import { maxChunkBytes } from "./copy-data-limits.js";
import { messageOnly } from "./message-only.js";

/** https://learn.microsoft.com/windows/win32/dataxchg/wm-copydata */
export const wmCopyData = 0x004a;

/**
 * On 64-bit Windows:
 * https://learn.microsoft.com/windows/win32/api/winuser/ns-winuser-copydatastruct
 */
export const copyDataStruct = { dwData: 0, cbData: 8, lpData: 16, bytes: 24 } as const;

const noWindow = 0 as Hwnd;
const noHandle = 0 as Handle;
const allow = 1;

/**
 * On 64-bit Windows; the rest stays zero:
 * https://learn.microsoft.com/windows/win32/api/winuser/ns-winuser-wndclassexw
 */
const windowClass = { size: 0, procedure: 8, name: 64, bytes: 80 } as const;

/**
 * Takes a message that arrived at a window; undefined stands for one that is not a chunk. Copies
 * what it keeps, and returns at once.
 */
export type TakeChunk = (window: Hwnd, chunk: Chunk | undefined) => Result;

/**
 * The windows of one thread. They share one window procedure, which handles only WM_COPYDATA, and
 * reads no more of it than its length allows; a message that claims to be longer than a chunk is
 * not read at all. The system's default handling applies only to calls made here: any program of
 * the desktop may send WM_CLOSE or WM_SETTEXT, which would close a window or remove its title.
 */
export class MessageWindows {
  /**
   * Classes belong to the process. Each thread that has windows needs a class of its own, because
   * each has its own procedure.
   */
  readonly #className = `Crosspane.CopyData.${threadId}`;
  readonly #ownCall = { isUnderWay: false };

  /** @throws {RpcError} the system's error. */
  constructor(take: TakeChunk) {
    const name = Buffer.from(`${this.#className}\0`, "utf16le");
    const description = Buffer.alloc(windowClass.bytes);
    description.writeUInt32LE(windowClass.bytes, windowClass.size);
    description.writeBigUInt64LE(BigInt(windowProcedure(take, this.#ownCall)), windowClass.procedure);
    description.writeBigUInt64LE(BigInt(pointerTo(name)), windowClass.name);
    if (registerClassEx(description) === 0) throw win32Error("RegisterClassExW", this.#className);
  }

  /**
   * Creates a message-only window.
   * @param title the name that clients find it by; empty for one that is not to be found.
   * @throws {RpcError} the system's error.
   */
  make(title: string): Hwnd {
    const [style, at, size] = [0, 0, 0];
    const window = this.#calling(() =>
      createWindowEx(
        style,
        this.#className,
        title,
        ...[style, at, at, size, size],
        messageOnly,
        noHandle,
        noHandle,
        nullAddress,
      ),
    );
    if (window === noWindow) throw win32Error("CreateWindowExW", JSON.stringify(title));
    return window;
  }

  destroy(window: Hwnd): void {
    this.#calling(() => destroyWindow(window, 0, 0, 0, 0));
  }

  /** Unregisters the class; call it after the last window is destroyed. */
  close(): void {
    unregisterClass(this.#className, noHandle);
  }

  #calling<T>(call: () => T): T {
    this.#ownCall.isUnderWay = true;
    const result = call();
    this.#ownCall.isUnderWay = false;
    return result;
  }
}

/**
 * Admits WM_COPYDATA from processes of lower integrity to a window. Otherwise Windows drops
 * messages from programs that are not elevated to an elevated one. Returns false if the system
 * refuses.
 */
export function admitLowerIntegrity(window: Hwnd): boolean {
  return changeWindowMessageFilterEx(window, wmCopyData, allow, null) !== 0;
}

function windowProcedure(take: TakeChunk, ownCall: { readonly isUnderWay: boolean }): Address {
  const struct = Buffer.alloc(copyDataStruct.bytes);
  const bytes = Buffer.alloc(maxChunkBytes);
  const read = (lParam: number): Chunk | undefined => {
    if (lParam === 0) return undefined;
    moveFromAddress(struct, lParam as Address, struct.length);
    const length = struct.readUInt32LE(copyDataStruct.cbData);
    const data = Number(struct.readBigUInt64LE(copyDataStruct.lpData)) as Address;
    const isOurs = struct.readBigUInt64LE(copyDataStruct.dwData) === BigInt(magic);
    if (!isOurs || length < headerBytes || length > maxChunkBytes || data === 0) return undefined;
    moveFromAddress(bytes, data, length);
    return parseChunk(bytes.subarray(0, length));
  };
  return nativeCallback(
    "intptr_t",
    ["intptr_t", "uint32_t", "uintptr_t", "intptr_t"],
    (window: Hwnd, message: number, wParam: number, lParam: number) => {
      if (message !== wmCopyData) {
        return ownCall.isUnderWay ? defWindowProc(window, message, wParam, lParam) : 0;
      }
      try {
        return take(window, read(lParam));
      } catch {
        // An exception cannot pass through the system; the sender is told that its message was
        // ignored.
        return results.ignored;
      }
    },
  );
}
