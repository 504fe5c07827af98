import { RpcError } from "@crosspane/core";
import { FileMapping } from "../win32/file-mapping.js";
import { rendezvousBytes } from "./layout.js";
import { type Place, rendezvousName } from "./object-names.js";
import { type RendezvousHeader, readRendezvousHeader } from "./rendezvous.js";

/** A server's rendezvous, seen by a client. Held only for a moment: a rendezvous lives as long as anybody has it open, and its name with it. */
export interface OpenRendezvous {
  readonly mapping: FileMapping;
  readonly header: RendezvousHeader;
}

/**
 * @throws {RpcError} `unavailable` if nobody listens, `permissionDenied`, `failedPrecondition` for a server that speaks another version or
 * memory that is no rendezvous.
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
