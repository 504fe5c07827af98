import { createRequire } from "node:module";

/**
 * The native module of koffi, https://koffi.dev, as its packages for Windows have it. The package
 * `koffi` itself chooses one of them for any system, and runs a script when it is installed.
 */
export interface Koffi {
  load(path: string): KoffiLibrary;
  proto(result: string, parameters: readonly string[]): KoffiType;
  pointer(type: KoffiType): KoffiType;
  register(run: (...args: never[]) => unknown, type: KoffiType): bigint;
  alloc(type: string, count: number): bigint;
  free(address: bigint): void;
  view(address: bigint, bytes: number): ArrayBuffer;
  address(buffer: Uint8Array): bigint;
  config(): { readonly sync_heap_size: number };
  config(settings: { readonly sync_stack_size: number }): void;
  readonly decode: { string16(address: number, length?: number): string };
  /** The environment of Node-API. */
  readonly node: { readonly env: unknown };
}

/** A library that koffi has loaded. */
export interface KoffiLibrary {
  func(prototype: string): unknown;
  symbol(name: string): bigint | null;
}

/** A type that koffi knows. */
export interface KoffiType {
  readonly name: string;
}

/**
 * Loads koffi for the architecture of this process.
 * @throws {Error} if its package is not installed, or there is none.
 */
export function loadKoffi(): Koffi {
  // A bundle in the form of CommonJS has no address. It finds the package beside itself all the
  // same, unless it is part of the executable.
  const require = createRequire(import.meta.url ?? process.execPath);
  // Literals, so that tools see which packages a program needs.
  switch (process.arch) {
    case "x64":
      return require("@koromix/koffi-win32-x64") as Koffi;
    case "arm64":
      return require("@koromix/koffi-win32-arm64") as Koffi;
    case "ia32":
      return require("@koromix/koffi-win32-ia32") as Koffi;
    default:
      throw new Error(`koffi has no package for Windows on ${process.arch}`);
  }
}
