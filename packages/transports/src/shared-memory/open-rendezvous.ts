import { RpcError } from "@crosspane/core";
import { FileMapping } from "../win32/file-mapping.js";
import { rendezvousBytes } from "./layout.js";
import { type Place, rendezvousName } from "./object-names.js";
import { type RendezvousHeader, readRendezvousHeader } from "./rendezvous.js";

/**
 * A server's rendezvous, opened by a client. Held only for a moment: the rendezvous and its name
 * exist as long as any process has it open.
 */
export interface OpenRendezvous {
  readonly mapping: FileMapping;
  readonly header: RendezvousHeader;
}

/**
 * Opens a server's rendezvous.
 * @throws {RpcError} `unavailable` if no server is listening, `permissionDenied`,
 * `failedPrecondition` for a server with another version of the layout or for foreign memory.
 */
export function openRendezvous(endpoint: string, place: Place): OpenRendezvous {
  const mapping = open(endpoint, rendezvousName(place));
  const header = readRendezvousHeader(mapping.memory);
  if (typeof header === "object") return { mapping, header };
  mapping.close();
  if (header === "unfinished") throw new RpcError("unavailable", `dial ${endpoint}: the server is starting`);
  throw new RpcError(
    "failedPrecondition",
    `dial ${endpoint}: what listens there speaks another version of the memory layout, or is another program; update one of them`,
  );
}

function open(endpoint: string, name: string): FileMapping {
  try {
    return FileMapping.open(name, rendezvousBytes);
  } catch (cause) {
    const { code } = RpcError.from(cause);
    const advice =
      code === "unavailable"
        ? "no server is listening there; start it, as the same user and in the same session"
        : code === "permissionDenied"
          ? "its server does not admit this user"
          : "what has that name is not a server of this kind; choose another name";
    throw new RpcError(code, `dial ${endpoint}: ${advice}`, { cause });
  }
}
