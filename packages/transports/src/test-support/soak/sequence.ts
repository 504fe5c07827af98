import type { Transport, TransportConnection } from "@crosspane/core/transport";

/** Size of each message of a sequence. */
export const sequenceBytes = 256 * 1024;

/**
 * Returns the message with this number, always in the same buffer, because a transport has copied
 * it when `send` returns.
 */
export function sequenceMessage(number: number): Uint8Array {
  const bytes = shared.fill(number & 0xff);
  bytes.writeUInt32LE(number);
  return bytes;
}
const shared = Buffer.alloc(sequenceBytes);

/**
 * Reads the messages of a sequence from the first connection made to it, once it is started, and
 * checks each.
 */
export class SequenceReader {
  received = 0;
  /** The first problem. */
  problem = "";
  #connection: TransportConnection | undefined;

  /** Returns the endpoint to dial. */
  async listen(transport: Transport): Promise<string> {
    const { endpoint } = await transport.listen({
      accept: (connection) => {
        this.#connection = connection;
        connection.start({
          message: (bytes) => this.#take(bytes),
          drained() {},
          closed: (error) => {
            if (error !== undefined) this.#blame(`the connection ended with ${error.code}: ${error.message}`);
          },
        });
        connection.pause();
      },
      failed: (error) => this.#blame(error.message),
    });
    return endpoint;
  }

  resume(): void {
    this.#connection?.resume();
  }

  #take(bytes: Uint8Array): void {
    const number = this.received++;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.length !== sequenceBytes) return this.#blame(`message ${number} has ${view.length} bytes`);
    if (view.readUInt32LE() !== number)
      return this.#blame(`${view.readUInt32LE()} came instead of ${number}`);
    const fill = number & 0xff;
    for (const at of [4, 63 * 1024, 127 * 1024 + 1, sequenceBytes - 1]) {
      if (view[at] !== fill)
        return this.#blame(`byte ${at} of message ${number} is ${view[at]}, not ${fill}`);
    }
  }

  #blame(problem: string): void {
    if (this.problem === "") this.problem = problem;
  }
}
