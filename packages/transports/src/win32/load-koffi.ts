import { RpcError } from "@crosspane/core/transport";
import { loadKoffi } from "./koffi.js";
import type { Address } from "./types.js";

/** The only module that uses koffi: https://koffi.dev. */
const koffi = loadKoffi();

/** The largest stack that koffi supports for native functions. */
export const maxCallStackBytes = 16 * 1024 * 1024;

/**
 * Sets the stack size of native functions on this thread. Call it before the thread loads its first
 * library.
 */
export function setCallStackBytes(bytes: number): void {
  koffi.config({ sync_stack_size: bytes });
}

/** Returns the size of the memory that koffi keeps on each thread for the arguments of a call. */
export function callHeapBytes(): number {
  return koffi.config().sync_heap_size;
}

/** A DLL, or the running program itself. */
export interface NativeLibrary {
  /** Declares a function by its C prototype; the caller is responsible for its TypeScript type. */
  declare<F extends (...args: never[]) => unknown>(prototype: string): F;
  /** Returns the address of an exported symbol. */
  address(symbol: string): Address;
  /** True if the library exports the symbol. */
  has(symbol: string): boolean;
}

/**
 * Loads a library.
 * @throws {RpcError} `unimplemented` if it cannot be loaded: this is not Windows, or the program
 * does not export what is asked for.
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
 * Registers a function that native code may call on any thread; it runs on the thread that
 * registered it. It exists until the process ends, so register few. Its type is anonymous, because
 * all copies of this code in a process share one list of names.
 */
export function nativeCallback(
  result: string,
  parameters: string[],
  run: (...args: never[]) => unknown,
): Address {
  return Number(koffi.register(run, koffi.pointer(koffi.proto(result, parameters)))) as Address;
}

/**
 * Describes functions that are called by their address, such as the methods of a COM object. Its
 * type is anonymous, as that of a callback.
 */
export function nativeFunction<F extends (...args: never[]) => unknown>(
  result: string,
  parameters: string[],
): (address: Address, ...args: Parameters<F>) => ReturnType<F> {
  const type = koffi.proto(result, parameters);
  return (address, ...args) => koffi.call(BigInt(address), type, ...args) as ReturnType<F>;
}

/** Allocates memory that the garbage collector neither moves nor frees. */
export function allocate(bytes: number): Address {
  return Number(koffi.alloc("uint8_t", bytes)) as Address;
}

export function release(address: Address): void {
  koffi.free(BigInt(address));
}

/**
 * Returns foreign memory as an ArrayBuffer. Detach it before the memory is freed: a later access
 * would end the process.
 * @throws {Error} where the runtime forbids such buffers, as Electron does.
 */
export function viewMemory(address: Address, bytes: number): ArrayBuffer {
  return koffi.view(BigInt(address), bytes);
}

/** Returns the address of a buffer's bytes, valid as long as the buffer lives. */
export function pointerTo(buffer: Buffer): Address {
  return Number(koffi.address(buffer)) as Address;
}

/** The environment that Node-API functions ask for. */
export const nodeEnvironment: unknown = koffi.node.env;

/** Reads a string that ends with a zero, or `chars` UTF-16 units of it. */
export function readUtf16(address: Address, chars?: number): string {
  return chars === undefined ? koffi.decode.string16(address) : koffi.decode.string16(address, chars);
}
