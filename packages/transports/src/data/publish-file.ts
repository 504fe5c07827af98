import { RpcError } from "@crosspane/core";
import { loadForWindows } from "../win32/load-for-windows.js";
import { type FileTicket, isLength, makeFilesFolder, newTicket, pathOf } from "./file-ticket.js";
import { elsewhere } from "./other-systems.js";

/** Contents that are written into the shared memory itself, without a copy before. */
export interface FileSource {
  /** Length of the contents in bytes. */
  readonly byteLength: number;
  /**
   * Writes the contents. No one else sees the bytes, which are zeros before, until it is done. Do
   * not keep the array: it is detached when the file is closed.
   */
  readonly write: (bytes: Uint8Array) => void | Promise<void>;
}

/** A file that other processes of this user can open until it is closed. */
export interface PublishedFile extends Disposable {
  /** Names the file to the processes that open it. Send it as an argument or a result. */
  readonly ticket: FileTicket;
  /** Ends the publication. Processes that have opened the file keep it. Idempotent. */
  close(): void;
}

/**
 * Publishes bytes to other processes of this user through a temporary file that they map into their
 * memory. Large inputs reach them without passing through a connection.
 *
 * Close the file when its readers have opened it. The system deletes it when the last process that
 * uses it has closed it or has exited.
 * @param source the bytes, or their length and a function that writes them.
 * @throws {RpcError} `invalidArgument` for an empty source, `resourceExhausted` if the disk is
 * full, `unimplemented` on systems other than Windows, and what `source.write` throws.
 */
export async function publishFile(source: Uint8Array | FileSource): Promise<PublishedFile> {
  const { byteLength } = source;
  if (!isLength(byteLength))
    throw new RpcError(
      "invalidArgument",
      `publishFile: the length must be an integer from 1 on, got ${byteLength}; send empty contents as an argument`,
    );
  const { MappedFile } = await loadForWindows(
    "publishFile",
    () => import("../win32/mapped-file.js"),
    elsewhere,
  );
  await makeFilesFolder();
  const ticket = newTicket(byteLength);
  const file = MappedFile.create(await pathOf(ticket), byteLength);
  try {
    await file.fill(
      source instanceof Uint8Array ? (bytes) => bytes.set(source) : (bytes) => source.write(bytes),
    );
  } catch (thrown) {
    file.close();
    throw thrown;
  }
  return { ticket, close: () => file.close(), [Symbol.dispose]: () => file.close() };
}
