import { RpcError } from "@crosspane/core/transport";
import koffi from "koffi";
import type { Address } from "./types.js";

/** The one place that uses koffi: https://koffi.dev. */

/** The largest stack that koffi gives to native functions. */
export const maxCallStackBytes = 16 * 1024 * 1024;

/** Sets the stack that native functions get on this thread. Only before the first library is loaded there. */
export function setCallStackBytes(bytes: number): void {
  koffi.config({ sync_stack_size: bytes });
}

/** Bytes of the memory that koffi keeps on each thread for the arguments of a call. */
export function callHeapBytes(): number {
  return koffi.config().sync_heap_size as number;
}

/** A DLL, or the running program itself. */
export interface NativeLibrary {
  /** A function by its C prototype; its TypeScript type is the caller's responsibility. */
  declare<F extends (...args: never[]) => unknown>(prototype: string): F;
  /** The address of an exported symbol. */
  address(symbol: string): Address;
  /** True if it exports the symbol. */
  has(symbol: string): boolean;
}

/**
 * Loads a library.
 * @throws {RpcError} `unimplemented` if it is not there: this is not Windows, or not a Node that exports what is asked for.
 */
export function loadLibrary(path: string): NativeLibrary {
  const library = attempt(path, () => koffi.load(path));
  return {
    declare: (prototype) => attempt(prototype, () => library.func(prototype)) as never,
    address: (symbol) => Number(attempt(symbol, () => library.symbol(symbol))) as Address,
    has: (symbol) => {
      try {
        return library.symbol(symbol) !== null;
      } catch {
        return false;
      }
    },
  };
}

function attempt<T>(what: string, load: () => T): T {
  try {
    return load();
  } catch (cause) {
    throw new RpcError(
      "unimplemented",
      `${what} cannot be loaded on ${process.platform} by ${process.execPath}: this transport needs Windows and Node or Electron`,
      { cause },
    );
  }
}

/**
 * A function of this program that native code may call, on any thread; it then runs on the thread that made it. It stays for the
 * life of the process: make few. Its type has no name, because names are one list for all copies of this code in a process.
 */
export function nativeCallback(
  result: string,
  parameters: string[],
  run: (...args: never[]) => unknown,
): Address {
  return Number(koffi.register(run, koffi.pointer(koffi.proto(result, parameters)))) as Address;
}

/** Memory that the collector does not move or free. */
export function allocate(bytes: number): Address {
  return Number(koffi.alloc("uint8_t", bytes)) as Address;
}

export function release(address: Address): void {
  koffi.free(BigInt(address));
}

/**
 * Foreign memory as an ArrayBuffer. Detach it before the memory goes: a later access would end the process.
 * @throws {Error} where the runtime forbids such buffers, as Electron does.
 */
export function viewMemory(address: Address, bytes: number): ArrayBuffer {
  return koffi.view(BigInt(address), bytes);
}

/** Where the bytes of a Buffer are, as long as it lives. */
export function pointerTo(buffer: Buffer): Address {
  return Number(koffi.address(buffer)) as Address;
}

/** The environment that Node-API functions ask for. */
export const nodeEnvironment: unknown = koffi.node.env;

/** A string that ends with a zero, or `chars` UTF-16 units of it. */
export function readUtf16(address: Address, chars?: number): string {
  return chars === undefined ? koffi.decode.string16(address) : koffi.decode.string16(address, chars);
}
