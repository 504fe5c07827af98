import type { Socket } from "node:net";
import { Packr } from "msgpackr";

const headerBytes = 4;

/** MessagePack messages over a socket, each behind its length, each in one write. */
export class MessageSocket {
  readonly #packr = new Packr({ useRecords: false });
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** The number of bytes that the next message needs at least. */
  #needed = headerBytes;

  constructor(socket: Socket, onMessage: (message: unknown) => void) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk, onMessage));
  }

  send(message: unknown): void {
    const packed = this.#packr.pack(message);
    const frame = Buffer.allocUnsafe(headerBytes + packed.length);
    frame.writeUInt32LE(packed.length);
    frame.set(packed, headerBytes);
    this.#socket.write(frame);
  }

  #take(chunk: Buffer, onMessage: (message: unknown) => void): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return;
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes);
    this.#needed = headerBytes;
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32LE();
      this.#needed = end;
      if (rest.length < end) break;
      onMessage(this.#packr.unpack(rest.subarray(headerBytes, end)));
      rest = rest.subarray(end);
      this.#needed = headerBytes;
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
  }
}
