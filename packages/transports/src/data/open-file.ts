import { loadForWindows } from "../win32/load-for-windows.js";
import { type FileTicket, pathOf } from "./file-ticket.js";
import { elsewhere } from "./other-systems.js";

/** A file of another process, opened for reading. */
export interface OpenedFile extends Disposable {
  /**
   * The contents, mapped at the start of a buffer of their own: `new Float64Array(bytes.buffer)`
   * works. The bytes are loaded when they are first read. Writing to them changes this process's
   * view alone. Electron forbids such views: there they are a copy.
   */
  readonly bytes: Uint8Array;
  /** Releases the file and detaches `bytes`, whose length is 0 then. Idempotent. */
  close(): void;
}

/**
 * Opens a file that another process of this user has published. It stays usable after the
 * publisher has closed it or has exited.
 * @throws {RpcError} `invalidArgument` if it is not a ticket, `unavailable` if the file was closed
 * before or its publisher has exited, `permissionDenied` if another user made it,
 * `failedPrecondition` if its length is not that of the ticket, `unimplemented` on systems other
 * than Windows.
 */
export async function openFile(ticket: FileTicket): Promise<OpenedFile> {
  const path = await pathOf(ticket);
  const { MappedFile } = await loadForWindows("openFile", () => import("../win32/mapped-file.js"), elsewhere);
  const file = MappedFile.open(path, ticket.byteLength);
  return { bytes: file.bytes(), close: () => file.close(), [Symbol.dispose]: () => file.close() };
}
