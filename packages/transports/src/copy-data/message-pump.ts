import { performance } from "node:perf_hooks";
import { receiveMessageOnPort } from "node:worker_threads";
import { RpcError } from "@crosspane/core/transport";
import type { CallStackRoom } from "../win32/call-stack-room.js";
import type { Hwnd } from "../win32/types.js";
import { win32Error } from "../win32/win32-error.js";
import { encodeIntroduction, encodeRefusal } from "./chunk.js";
import { ChunkReceiver } from "./chunk-receiver.js";
import { windowCheckMs } from "./copy-data-limits.js";
import { IncomingChunks } from "./incoming-chunks.js";
import { admitLowerIntegrity, MessageWindows } from "./message-window.js";
import { PumpLink } from "./pump-link.js";
import { cells, type LinkEnds, type Order, type PumpStart } from "./pump-messages.js";
import { hexOf, type PumpListener, PumpState } from "./pump-state.js";
import { isThere } from "./send-chunk.js";
import { SendRounds } from "./send-rounds.js";
import { dispatchMessages, sleepUntilMessage } from "./wait-for-message.js";

/**
 * Owns the windows of a process and runs on their thread. It takes orders, sends chunks, lets the
 * window procedure sort received chunks, and emits events to the program. It does not decide who
 * may connect.
 */
export class MessagePump {
  readonly #start: PumpStart;
  readonly #state: PumpState;
  readonly #windows: MessageWindows;
  readonly #window: Hwnd;
  readonly #rounds: SendRounds;
  #windowsCheckedAt = 0;

  /**
   * @param stackRoom the room below the stack of this thread's native calls, where it needs one.
   */
  constructor(start: PumpStart, stackRoom: CallStackRoom | undefined) {
    this.#start = start;
    this.#state = new PumpState(start, stackRoom);
    const incoming = new IncomingChunks(this.#state);
    this.#windows = new MessageWindows((window, chunk) => incoming.take(window, chunk));
    this.#window = this.#windows.make("");
    this.#rounds = new SendRounds(this.#state, this.#window);
  }

  /** Runs until it is told to quit. */
  run(): void {
    const { cells: shared, wakeEvent } = this.#start;
    while (!this.#hasToQuit()) {
      this.#takeOrders();
      dispatchMessages(() => this.#state.dropTooLarge());
      this.#state.breakExited();
      this.#checkWindows();
      const didSend = this.#rounds.run();
      this.#state.flushEvents();
      if (didSend) continue;
      Atomics.store(shared, cells.sleeping, 1);
      // An order that was posted before the flag was set has not set the event.
      if (!this.#takeOrders()) sleepUntilMessage(wakeEvent, this.#rounds.sleepMs());
      Atomics.store(shared, cells.sleeping, 0);
    }
    for (const { window } of this.#state.listeners.values()) this.#windows.destroy(window);
    this.#windows.destroy(this.#window);
    this.#windows.close();
  }

  #checkWindows(): void {
    const now = performance.now();
    if (now - this.#windowsCheckedAt < windowCheckMs) return;
    this.#windowsCheckedAt = now;
    this.#state.breakGone(isThere);
  }

  #hasToQuit(): boolean {
    const quit = Atomics.load(this.#start.cells, cells.quit);
    return quit === 1 || (quit === 2 && !this.#state.hasLinks);
  }

  #takeOrders(): boolean {
    let any = false;
    for (;;) {
      const received = receiveMessageOnPort(this.#start.port);
      if (received === undefined) return any;
      any = true;
      this.#handle(received.message as Order);
    }
  }

  #handle(order: Order): void {
    switch (order.kind) {
      case "listen":
        return this.#listen(order);
      case "unlisten":
        this.#unlisten(order.listener);
        return this.#state.emit({ kind: "unlistened", listener: order.listener });
      case "allowLowerIntegrity":
        // If the system refuses, the peer's chunks do not arrive, and its own side reports why.
        admitLowerIntegrity(this.#window);
        return;
      case "open":
        return this.#open(order.link, order.window, order.ends);
      case "accept":
        return this.#accept(order);
      case "refuse":
        return this.#refuse(order);
      default:
        this.#handleForLink(order);
    }
  }

  #handleForLink(order: Extract<Order, { kind: "send" | "end" | "drop" | "room" | "peerExited" }>): void {
    const link = this.#state.link(order.link);
    if (link === undefined) return;
    switch (order.kind) {
      case "send":
        link.sender.add(order.bytes);
        break;
      case "end":
        link.sender.end();
        break;
      case "drop":
        this.#state.drop(link);
        break;
      case "room":
        link.announceRoom();
        break;
      case "peerExited":
        link.peerExited = true;
        break;
    }
    // A dropped connection may be removed already; nothing of it may be sent then.
    if (this.#state.has(link)) this.#state.active.add(link);
  }

  #listen({ listener: number, title, allowLowerIntegrity }: Extract<Order, { kind: "listen" }>): void {
    try {
      const window = this.#windows.make(title);
      this.#state.listeners.set(window, { number, window, openings: 0 });
      if (allowLowerIntegrity && !admitLowerIntegrity(window)) {
        const refused = win32Error("ChangeWindowMessageFilterEx", `window ${window}`);
        this.#unlisten(number);
        throw refused;
      }
      this.#state.emit({ kind: "listening", listener: number });
    } catch (thrown) {
      const { message } = RpcError.from(thrown);
      this.#state.emit({ kind: "listenFailed", listener: number, message });
    }
  }

  #unlisten(number: number): void {
    const listener = this.#listener(number);
    if (listener === undefined) return;
    this.#state.listeners.delete(listener.window);
    this.#windows.destroy(listener.window);
  }

  #listener(number: number): PumpListener | undefined {
    for (const listener of this.#state.listeners.values()) if (listener.number === number) return listener;
    return undefined;
  }

  #open(number: number, window: Hwnd, { key, shared }: LinkEnds): void {
    const opening = encodeIntroduction({ window: this.#window, key: Buffer.from(key) });
    const receiver = new ChunkReceiver(shared, 0);
    const own = hexOf(key);
    this.#state.add(
      new PumpLink({ number, key: own, clientKey: own, window, opening, receiver, role: "client" }),
    );
  }

  #refuse({ listener, client, code, text }: Extract<Order, { kind: "refuse" }>): void {
    this.#state.clientKeys.delete(hexOf(client.key));
    this.#rounds.refuse({
      window: client.window,
      bytes: encodeRefusal(code, text, client.key),
      listener: this.#listener(listener),
    });
  }

  #accept({ link: number, listener, client, ends }: Extract<Order, { kind: "accept" }>): void {
    const opening = encodeIntroduction({ window: this.#window, key: Buffer.from(ends.key) }, client.key);
    // The opening was the first chunk of the other direction.
    const receiver = new ChunkReceiver(ends.shared, 1);
    const link = new PumpLink({
      number,
      key: hexOf(ends.key),
      clientKey: hexOf(client.key),
      window: client.window,
      opening,
      receiver,
      role: "server",
    });
    link.peerKey = client.key;
    link.listener = this.#listener(listener);
    this.#state.add(link);
  }
}
