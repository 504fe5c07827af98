import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { RpcError } from "@crosspane/core";
import { userFolder } from "../files/private-folder.js";

/**
 * Names a published file. It is plain data, so a method of a service can take or return it. The
 * receiver passes it to `openFile`.
 */
export interface FileTicket {
  /** The file's random name: 32 hexadecimal digits. */
  readonly id: string;
  /** Length of the contents in bytes. */
  readonly byteLength: number;
}

/** Returns a ticket for a new file. */
export function newTicket(byteLength: number): FileTicket {
  return { id: randomBytes(16).toString("hex"), byteLength };
}

/**
 * Returns the path of the file of a ticket. A ticket from a peer cannot name a file elsewhere.
 * @throws {RpcError} `invalidArgument` if it is not a ticket.
 */
export async function pathOf(ticket: FileTicket): Promise<string> {
  const { id, byteLength } = (ticket ?? {}) as Partial<FileTicket>;
  if (typeof id !== "string" || !/^[0-9a-f]{32}$/.test(id) || !isLength(byteLength)) {
    throw new RpcError(
      "invalidArgument",
      "openFile: expected the ticket of a published file, with its id and its byteLength",
    );
  }
  return join(await filesFolder(), id);
}

/** Creates the folder of published files if it does not exist. */
export async function makeFilesFolder(): Promise<void> {
  await mkdir(await filesFolder(), { recursive: true });
}

/** Returns true for a length that a file can have: Windows cannot map an empty one. */
export function isLength(byteLength: unknown): byteLength is number {
  return Number.isSafeInteger(byteLength) && (byteLength as number) > 0;
}

async function filesFolder(): Promise<string> {
  return join(await userFolder(), "files");
}
