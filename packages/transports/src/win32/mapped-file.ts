import { RpcError } from "@crosspane/core/transport";
import { atWorkerEnd } from "./environment-end.js";
import {
  createFile,
  createFileMapping,
  getFileSizeEx,
  mapViewOfFile,
  unmapViewOfFile,
  unmapViewOfFileAddress,
} from "./kernel32.js";
import { memoryAt } from "./memory-at.js";
import { objectOwner } from "./object-owner.js";
import { OwnedHandle } from "./owned-handle.js";
import { ownIdentity } from "./process-identity.js";
import { withSecurityAttributes } from "./security-attributes.js";
import type { SharedMemory } from "./shared-memory.js";
import type { Address } from "./types.js";
import { win32Error } from "./win32-error.js";

/** https://learn.microsoft.com/windows/win32/secauthz/generic-access-rights */
const genericRead = 0x8000_0000;
const genericWrite = 0x4000_0000;
/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew */
const share = { read: 0x1, write: 0x2, delete: 0x4 } as const;
const createNew = 1;
const openExisting = 3;
const temporary = 0x100;
const deleteOnClose = 0x0400_0000;
/** https://learn.microsoft.com/windows/win32/memory/memory-protection-constants */
const pageReadWrite = 0x4;
const pageWriteCopy = 0x8;
/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-mapviewoffile */
const mapWrite = 0x2;
const mapCopy = 0x1;

/**
 * A temporary file in the memory of this process. The system deletes it when the last process that
 * has it open closes it or exits. It keeps small ones out of the disk.
 */
export class MappedFile {
  readonly #byteLength: number;
  readonly #file: OwnedHandle;
  readonly #memory: SharedMemory;
  readonly #forgetAtWorkerEnd: () => void;
  #address: Address | undefined;
  #copy: ArrayBuffer | undefined;

  private constructor(file: OwnedHandle, address: Address, byteLength: number) {
    this.#file = file;
    this.#address = address;
    this.#byteLength = byteLength;
    // The rest of the last page is mapped, too.
    this.#memory = memoryAt(address, Math.ceil(byteLength / 4) * 4);
    this.#forgetAtWorkerEnd = atWorkerEnd(unmapViewOfFileAddress, address);
  }

  /**
   * Creates a file of zeros for this user alone. Others of this user can read it, not write it.
   * @throws {RpcError} `resourceExhausted` if the disk is full, `unavailable` without the folder.
   */
  static create(path: string, byteLength: number): MappedFile {
    const handle = withSecurityAttributes("currentUser", "file", (attributes) =>
      createFile(
        path,
        genericRead + genericWrite,
        share.read | share.delete,
        attributes,
        createNew,
        temporary | deleteOnClose,
        0,
      ),
    );
    const file = OwnedHandle.from(handle, "CreateFileW", path);
    return MappedFile.#map(file, path, { byteLength, protection: pageReadWrite, access: mapWrite });
  }

  /**
   * Opens a file for reading.
   * @throws {RpcError} `unavailable` if there is none, `permissionDenied` if another user made it,
   * `failedPrecondition` if it has another length.
   */
  static open(path: string, byteLength: number): MappedFile {
    const sharing = share.read | share.write | share.delete;
    const handle = createFile(path, genericRead, sharing, null, openExisting, 0, 0);
    const file = OwnedHandle.from(handle, "CreateFileW", path);
    try {
      const owner = objectOwner(file.value, path);
      const { userSid } = ownIdentity();
      if (owner !== userSid)
        throw new RpcError("permissionDenied", `open ${path}: it belongs to ${owner}, not to ${userSid}`);
      const size = sizeOf(file, path);
      if (size !== byteLength) {
        const text = `open ${path}: it has ${size} bytes, and its ticket says ${byteLength}`;
        throw new RpcError("failedPrecondition", text);
      }
    } catch (thrown) {
      file.close();
      throw thrown;
    }
    return MappedFile.#map(file, path, { byteLength, protection: pageWriteCopy, access: mapCopy });
  }

  static #map(
    file: OwnedHandle,
    path: string,
    how: { readonly byteLength: number; readonly protection: number; readonly access: number },
  ): MappedFile {
    const { byteLength, protection, access } = how;
    try {
      const sizes = [Math.floor(byteLength / 2 ** 32), byteLength % 2 ** 32] as const;
      const section = createFileMapping(file.value, null, protection, ...sizes, null);
      using _ = OwnedHandle.from(section, "CreateFileMappingW", path);
      const address = mapViewOfFile(section, access, 0, 0, 0);
      if (address === 0) throw win32Error("MapViewOfFile", path);
      return new MappedFile(file, address, byteLength);
    } catch (thrown) {
      file.close();
      throw thrown;
    }
  }

  /** Writes the contents through `write`. */
  async fill(write: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    const { view } = this.#memory;
    if (view !== undefined) return write(new Uint8Array(view, 0, this.#byteLength));
    const bytes = new Uint8Array(this.#byteLength);
    await write(bytes);
    this.#memory.write(0, bytes);
  }

  /** Returns the contents: a view, or a copy in runtimes that forbid views. */
  bytes(): Uint8Array {
    const { view } = this.#memory;
    if (view !== undefined) return new Uint8Array(view, 0, this.#byteLength);
    this.#copy ??= new ArrayBuffer(this.#byteLength);
    const bytes = new Uint8Array(this.#copy);
    this.#memory.read(0, bytes);
    return bytes;
  }

  /** Detaches the contents and closes the file. Idempotent. */
  close(): void {
    if (this.#address === undefined) return;
    this.#forgetAtWorkerEnd();
    this.#memory.detach();
    this.#copy?.transfer();
    this.#copy = undefined;
    unmapViewOfFile(this.#address);
    this.#address = undefined;
    this.#file.close();
  }
}

function sizeOf(file: OwnedHandle, path: string): number {
  const size = new BigInt64Array(1);
  if (getFileSizeEx(file.value, size) === 0) throw win32Error("GetFileSizeEx", path);
  return Number(size[0]);
}
