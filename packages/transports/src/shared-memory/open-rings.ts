import { initialMaxReceiveBytes } from "../buffered-connection/limits.js";
import { ringPlaces } from "./layout.js";
import type { Link } from "./link.js";
import { RingReader } from "./ring-reader.js";
import { RingWriter } from "./ring-writer.js";

/** Opens the two rings in the memory of a link: this side reads one and writes the other. */
export function openRings(link: Link): { readonly reader: RingReader; readonly writer: RingWriter } {
  const { toServer, toClient } = ringPlaces(link.capacity);
  const [outbound, inbound] = link.side === "client" ? [toServer, toClient] : [toClient, toServer];
  const wakePeer = () => link.wakePeer();
  const reader = new RingReader(link.memory, inbound, {
    source: link.endpoint,
    maxMessageBytes: initialMaxReceiveBytes,
    wakeProducer: wakePeer,
  });
  return { reader, writer: new RingWriter(link.memory, outbound, wakePeer) };
}
