import type { RpcError } from "@crosspane/core";
import type { MessageReceiver, TransportConnection } from "@crosspane/core/transport";

/** A receiver that records its events and can be awaited. */
export class Collector implements MessageReceiver {
  readonly messages: Uint8Array[] = [];
  /** All events in order: `message`, `drained`, `closed`. */
  readonly events: string[] = [];
  error: RpcError | undefined;
  delivered = 0;
  drains = 0;
  onMessage: (bytes: Uint8Array) => void = (bytes) => void this.messages.push(bytes.slice());
  readonly #waiting = new Set<() => void>();

  static on(connection: TransportConnection): Collector {
    const collector = new Collector();
    connection.start(collector);
    return collector;
  }

  get closedCalls(): number {
    return this.events.filter((event) => event === "closed").length;
  }

  message(bytes: Uint8Array): void {
    this.events.push("message");
    this.delivered++;
    this.onMessage(bytes);
    this.#check();
  }

  drained(): void {
    this.events.push("drained");
    this.drains++;
    this.#check();
  }

  closed(error?: RpcError): void {
    this.events.push("closed");
    this.error = error;
    this.#check();
  }

  /** The messages as text. */
  get texts(): string[] {
    return this.messages.map((message) => Buffer.from(message).toString());
  }

  isClosed(): Promise<void> {
    return this.until(() => this.closedCalls > 0);
  }

  hasMessages(count: number): Promise<void> {
    return this.until(() => this.delivered >= count);
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  #check(): void {
    for (const check of [...this.#waiting]) check();
  }
}

/** Returns a message with this text. */
export function text(value: string): Uint8Array {
  return Buffer.from(value);
}
