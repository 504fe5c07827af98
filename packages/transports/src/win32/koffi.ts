import nodeModule from "node:module";
import { moduleBases } from "./module-bases.js";

/**
 * The native module of koffi, https://koffi.dev, as its packages for Windows have it. The package
 * `koffi` itself chooses one of them for any system, and runs a script when it is installed.
 */
export interface Koffi {
  load(path: string): KoffiLibrary;
  proto(result: string, parameters: readonly string[]): KoffiType;
  pointer(type: KoffiType): KoffiType;
  register(run: (...args: never[]) => unknown, type: KoffiType): bigint;
  call(address: bigint, type: KoffiType, ...parameters: readonly unknown[]): unknown;
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
 * Loads koffi for the architecture of this process, also into a bundle that leaves it out.
 * @throws {Error} if its package is not installed where the program finds it, or there is none.
 */
export function loadKoffi(): Koffi {
  const bases = moduleBases();
  let missing: unknown;
  // webpack would replace calls of `createRequire` if it were imported by its name.
  for (const base of bases) {
    try {
      return koffiFor(process.arch, nodeModule.createRequire(base));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
      missing ??= error;
    }
  }
  throw new Error(`koffi is not installed where ${bases.join(", ")} would find it`, { cause: missing });
}

/** Has the names as literals, so that tools see which packages a program needs. */
function koffiFor(arch: string, require: NodeJS.Require): Koffi {
  switch (arch) {
    case "x64":
      return require("@koromix/koffi-win32-x64") as Koffi;
    case "arm64":
      return require("@koromix/koffi-win32-arm64") as Koffi;
    case "ia32":
      return require("@koromix/koffi-win32-ia32") as Koffi;
    default:
      throw new Error(`koffi has no package for Windows on ${arch}`);
  }
}
