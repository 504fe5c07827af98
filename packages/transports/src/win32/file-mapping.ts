import { RpcError } from "@crosspane/core/transport";
import type { Access } from "./access.js";
import { atWorkerEnd } from "./environment-end.js";
import {
  createFileMapping,
  getLastError,
  mapViewOfFile,
  openFileMapping,
  unmapViewOfFile,
  unmapViewOfFileAddress,
} from "./kernel32.js";
import { memoryAt } from "./memory-at.js";
import { objectOwner } from "./object-owner.js";
import { OwnedHandle } from "./owned-handle.js";
import { withSecurityAttributes } from "./security-attributes.js";
import type { SharedMemory } from "./shared-memory.js";
import { type Address, invalidHandle } from "./types.js";
import { virtualQuery } from "./virtual-memory.js";
import { errorCodes, win32Error } from "./win32-error.js";

const pageReadWrite = 0x4;
/** https://learn.microsoft.com/windows/win32/memory/file-mapping-security-and-access-rights */
const mapReadWrite = 0x6;
/** https://learn.microsoft.com/windows/win32/secauthz/standard-access-rights */
const readControl = 0x2_0000;
/** https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-memory_basic_information */
const memoryInformation = { bytes: 48, regionSize: 24, state: 32, protection: 36 } as const;
const committed = 0x1000;

/**
 * Named memory over the page file, mapped into this process:
 * https://learn.microsoft.com/windows/win32/memory/creating-named-shared-memory.
 */
export class FileMapping implements Disposable {
  readonly memory: SharedMemory;
  readonly #name: string;
  readonly #mapping: OwnedHandle;
  readonly #forgetAtWorkerEnd: () => void;
  #address: Address | undefined;

  private constructor(mapping: OwnedHandle, name: string, { address, bytes }: Range) {
    this.#name = name;
    this.#mapping = mapping;
    this.#address = address;
    this.memory = memoryAt(address, bytes);
    this.#forgetAtWorkerEnd = atWorkerEnd(unmapViewOfFileAddress, address);
  }

  /**
   * Creates a mapping that is filled with zeros.
   * @param bytes less than 2^53.
   * @throws {RpcError} `alreadyExists` if one of this name exists: it may have another size, so it
   * is never taken over. `permissionDenied`, `resourceExhausted`.
   */
  static create(name: string, bytes: number, access: Access): FileMapping {
    const handle = withSecurityAttributes(access, "section", (attributes) =>
      createFileMapping(
        invalidHandle,
        attributes,
        pageReadWrite,
        Math.floor(bytes / 2 ** 32),
        bytes % 2 ** 32,
        name,
      ),
    );
    if (handle === 0) throw win32Error("CreateFileMappingW", name);
    const existed = getLastError() === errorCodes.alreadyExists;
    using mapping = new Guarded(new OwnedHandle(handle, name));
    if (existed) throw win32Error("CreateFileMappingW", name, errorCodes.alreadyExists);
    return mapping.keep((kept) => FileMapping.#map(kept, name, bytes));
  }

  /**
   * Opens an existing mapping.
   * @param bytes the required size.
   * @throws {RpcError} `unavailable` if none of this name exists, `permissionDenied`,
   * `failedPrecondition` if it is smaller, or only reserved: an access would end this process.
   */
  static open(name: string, bytes: number): FileMapping {
    using mapping = new Guarded(
      OwnedHandle.from(openFileMapping(mapReadWrite | readControl, 0, name), "OpenFileMappingW", name),
    );
    return mapping.keep((kept) => FileMapping.#map(kept, name, bytes));
  }

  static #map(mapping: OwnedHandle, name: string, bytes: number): FileMapping {
    // Maps all of it: only the size of a view tells how large the mapping is.
    const address = mapViewOfFile(mapping.value, mapReadWrite, 0, 0, 0);
    if (address === 0) throw win32Error("MapViewOfFile", name);
    try {
      const size = usableBytes(address, name);
      if (size < bytes) {
        throw new RpcError(
          "failedPrecondition",
          `MapViewOfFile ${name}: it has ${size} bytes of memory, not ${bytes}: it was made by another program`,
        );
      }
      return new FileMapping(mapping, name, { address, bytes });
    } catch (error) {
      unmapViewOfFile(address);
      throw error;
    }
  }

  /** Returns the address of a byte of the memory in this process, valid until `close`. */
  addressOf(offset: number): Address {
    if (this.#address === undefined) throw new Error(`${this.#name} was used after it was unmapped`);
    return (this.#address + offset) as Address;
  }

  /**
   * SID of the user whose program created it; see {@link objectOwner}.
   * @throws {RpcError} the system's error.
   */
  get owner(): string {
    return objectOwner(this.#mapping.value, this.#name);
  }

  /** Detaches the memory, unmaps it and closes the mapping. Idempotent. */
  close(): void {
    if (this.#address === undefined) return;
    this.#forgetAtWorkerEnd();
    this.memory.detach();
    unmapViewOfFile(this.#address);
    this.#address = undefined;
    this.#mapping.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A handle that is closed unless its future owner has taken it. */
class Guarded implements Disposable {
  readonly #handle: OwnedHandle;
  #isKept = false;

  constructor(handle: OwnedHandle) {
    this.#handle = handle;
  }

  keep<T>(take: (handle: OwnedHandle) => T): T {
    const taken = take(this.#handle);
    this.#isKept = true;
    return taken;
  }

  [Symbol.dispose](): void {
    if (!this.#isKept) this.#handle.close();
  }
}

interface Range {
  readonly address: Address;
  readonly bytes: number;
}

/**
 * Returns the number of bytes from the address on that can be read and written: the creator of the
 * mapping may have only reserved the rest.
 */
function usableBytes(address: Address, name: string): number {
  const { bytes, regionSize, state, protection } = memoryInformation;
  const information = Buffer.alloc(bytes);
  if (virtualQuery(address, information, bytes) === 0) throw win32Error("VirtualQuery", name);
  const isUsable =
    information.readUInt32LE(state) === committed && information.readUInt32LE(protection) === pageReadWrite;
  return isUsable ? Number(information.readBigUInt64LE(regionSize)) : 0;
}
