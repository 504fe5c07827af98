import type { MessagePort } from "node:worker_threads";
import type { ContractTypes, TypeId } from "./contract-types.js";

/** Messages between the thread of the program and the threads that COM calls. */

/** Orders to a thread of COM. */
export type Order =
  /** The answer to a call. */
  | { readonly kind: "result"; readonly call: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly call: number; readonly code: number; readonly message: string }
  /** Calls an object of a script. Without a member, it is a function. */
  | {
      readonly kind: "invoke";
      readonly call: number;
      readonly scriptObject: number;
      readonly member: string | undefined;
      readonly args: readonly { readonly type: TypeId; readonly value: unknown }[];
      readonly result: TypeId | undefined;
    }
  | { readonly kind: "releaseScriptObject"; readonly scriptObject: number }
  /** Registers the class, which makes objects on each of the threads. */
  | { readonly kind: "publish"; readonly factories: readonly number[] };

/** Events of a thread of COM. */
export type ApartmentEvent =
  /** It can be called. `factory` is the stream that another thread gets its class factory from. */
  | { readonly kind: "ready"; readonly factory: number | undefined }
  | { readonly kind: "published" }
  | { readonly kind: "failed"; readonly message: string }
  | {
      readonly kind: "call";
      readonly call: number;
      readonly object: number;
      readonly method: number;
      readonly args: readonly unknown[];
    }
  /** An object of the service has no holder on this thread any more. */
  | { readonly kind: "released"; readonly object: number }
  | { readonly kind: "invoked"; readonly call: number; readonly value: unknown }
  | {
      readonly kind: "invokeFailed";
      readonly call: number;
      readonly message: string;
      /** The script has ended. */
      readonly isGone: boolean;
    };

/** Cells that a thread and the program share. */
export const cells = {
  /** 1 to end. */
  quit: 0,
  /** 1 once the thread may be inside of COM. */
  running: 1,
  /** 1 when it makes no more calls of COM. */
  over: 2,
  /** Number of COM objects that exist. */
  objects: 3,
  /** Number of objects of scripts that are held. */
  scriptObjects: 4,
  count: 5,
} as const;

/** Start parameters of a thread of COM. */
export interface ApartmentStart {
  readonly contract: ContractTypes;
  readonly clsid: string;
  readonly progId: string;
  /** Number of the code `internal`. */
  readonly internalCode: number;
  /** The first thread is the one that the system asks for objects. */
  readonly isFirst: boolean;
  /** True for the thread whose object is in the running object table. */
  readonly isActive: boolean;
  readonly wakeEvent: number;
  readonly cells: Int32Array<SharedArrayBuffer>;
  readonly port: MessagePort;
}
