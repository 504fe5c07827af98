import { type Address, nativeCallback, nullAddress, readUtf16 } from "@crosspane/transports/win32";
import type { ComBehavior, ComObjects } from "./com-objects.js";
import { DispatchArguments } from "./dispatch-arguments.js";
import { DispatchError, ServiceFailure } from "./dispatch-errors.js";
import { interfaceIds } from "./guid.js";
import { hresults } from "./hresults.js";
import { at, pointerBytes, readPointer, writeBytes, writeInt32, writePointer } from "./native-memory.js";
import { dispatchFlags, exceptionInfo } from "./variant-layout.js";
import { allocateText } from "./write-variant.js";

/** A member of an object that scripts see. */
export interface Member {
  readonly name: string;
  readonly params: readonly string[];
}

/** A call of a member. */
export interface Invocation {
  readonly args: DispatchArguments;
  /** The VARIANT for the result; a null pointer if the caller ignores it. */
  readonly result: Address;
}

/** An object that scripts call: https://learn.microsoft.com/windows/win32/api/oaidl/nn-oaidl-idispatch */
export interface DispatchBehavior extends ComBehavior {
  /** Its members; the first one has the number 1. Number 0 is the object itself, as a function. */
  readonly members: readonly Member[];
  /**
   * Calls a member by its number.
   * @throws {DispatchError} if there is none, or it does not take such arguments.
   */
  invoke(member: number, invocation: Invocation): void;
}

/** Parts of the exceptions that scripts receive. */
export interface ExceptionSource {
  /** Name of the program. */
  readonly source: string;
  /** Number of the code of errors that have none. */
  readonly otherCode: number;
}

const noMember = -1;

/** The methods of `IDispatch` for all objects of this thread. */
export class DispatchMethods {
  readonly iid = interfaceIds.dispatch;
  readonly methods: readonly Address[];
  readonly #objects: ComObjects<ComBehavior>;
  readonly #errors: ExceptionSource;

  constructor(objects: ComObjects<ComBehavior>, errors: ExceptionSource) {
    this.#objects = objects;
    this.#errors = errors;
    this.methods = [
      nativeCallback("int32_t", ["uintptr_t", "uintptr_t"], (_self: Address, count: Address) => {
        writeInt32(count, 0);
        return hresults.ok;
      }),
      nativeCallback(
        "int32_t",
        ["uintptr_t", "uint32_t", "uint32_t", "uintptr_t"],
        (_self: Address, _index: number, _locale: number, info: Address) => {
          writePointer(info, nullAddress);
          return hresults.notImplemented;
        },
      ),
      nativeCallback(
        "int32_t",
        ["uintptr_t", "uintptr_t", "uintptr_t", "uint32_t", "uint32_t", "uintptr_t"],
        (self: Address, _iid: Address, names: Address, count: number, _locale: number, ids: Address) =>
          this.#getIDsOfNames(self, { names, count, ids }),
      ),
      nativeCallback(
        "int32_t",
        [
          "uintptr_t",
          "int32_t",
          "uintptr_t",
          "uint32_t",
          "uint16_t",
          ...["uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t"],
        ],
        (
          self: Address,
          member: number,
          _iid: Address,
          _locale: number,
          flags: number,
          params: Address,
          result: Address,
          exception: Address,
          argument: Address,
        ) => this.#invoke(self, { member, flags, params, result, exception, argument }),
      ),
    ];
  }

  /** The first name is that of a member, the others are those of its parameters. */
  #getIDsOfNames(
    self: Address,
    { names, count, ids }: { readonly names: Address; readonly count: number; readonly ids: Address },
  ): number {
    const { members } = this.#objects.behaviorOf(self) as DispatchBehavior;
    const nameAt = (index: number) => readUtf16(readPointer(at(names, index * pointerBytes))).toLowerCase();
    const member = members.findIndex(({ name }) => name.toLowerCase() === nameAt(0));
    let result: number = member < 0 ? hresults.unknownName : hresults.ok;
    writeInt32(ids, member < 0 ? noMember : member + 1);
    for (let index = 1; index < count; index++) {
      const params = members[member]?.params ?? [];
      const place = params.findIndex((name) => name.toLowerCase() === nameAt(index));
      if (place < 0) result = hresults.unknownName;
      writeInt32(at(ids, index * 4), place < 0 ? noMember : place);
    }
    return result;
  }

  #invoke(
    self: Address,
    call: {
      readonly member: number;
      readonly flags: number;
      readonly params: Address;
      readonly result: Address;
      readonly exception: Address;
      readonly argument: Address;
    },
  ): number {
    const behavior = this.#objects.behaviorOf(self) as DispatchBehavior;
    if ((call.flags & (dispatchFlags.method | dispatchFlags.propertyGet)) === 0)
      return hresults.memberNotFound;
    try {
      behavior.invoke(call.member, { args: new DispatchArguments(call.params), result: call.result });
      return hresults.ok;
    } catch (thrown) {
      if (thrown instanceof DispatchError) {
        if (thrown.argument !== undefined && call.argument !== nullAddress) {
          writeInt32(call.argument, thrown.argument);
        }
        return thrown.hresult;
      }
      if (call.exception !== nullAddress) this.#writeException(call.exception, thrown);
      return hresults.exception;
    }
  }

  #writeException(to: Address, thrown: unknown): void {
    const code = thrown instanceof ServiceFailure ? thrown.code : this.#errors.otherCode;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const bytes = Buffer.alloc(exceptionInfo.bytes);
    bytes.writeBigUInt64LE(BigInt(allocateText(this.#errors.source)), exceptionInfo.source);
    bytes.writeBigUInt64LE(BigInt(allocateText(message)), exceptionInfo.description);
    bytes.writeInt32LE(hresults.firstOwn + code, exceptionInfo.code);
    writeBytes(to, bytes);
  }
}
