import type { MessageSender } from "../call/message-sender.js";
import { RpcError } from "../errors/rpc-error.js";
import type { Dispatcher } from "../inbound/dispatcher.js";
import type { OneWayCalls } from "../outbound/one-way-calls.js";
import type { OutboundCalls } from "../outbound/outbound-calls.js";
import type { Admission } from "../policy/admission.js";
import type { Announced } from "../references/imports.js";
import type { References } from "../references/references.js";
import type { ServiceImplementation } from "../service/service.js";
import type { Limits } from "../transport/limits.js";
import type { Admit } from "../wire/message-reader.js";
import { encodePong } from "../wire/messages/connection.js";
import type { OverLimitMessage } from "../wire/messages/partial.js";
import type { Message } from "../wire/messages/table.js";
import { parseMessage } from "../wire/parse-message.js";
import { signOfLife } from "./heartbeat.js";

/** Parts of a session to which a router passes messages. */
export interface MessageRouterOptions {
  readonly services: readonly ServiceImplementation[];
  readonly limits: Limits;
  readonly sender: MessageSender;
  readonly calls: OutboundCalls;
  readonly oneWay: OneWayCalls;
  readonly dispatcher: Dispatcher;
  readonly references: References;
  readonly admission: Admission;
  readonly report: (error: unknown) => void;
  /** Called when the peer makes no more calls. */
  readonly goodbye: () => void;
  /** Called with the reason when the peer has ended the connection. */
  readonly end: (error: RpcError) => void;
}

/**
 * Receiving half of a session. It parses each message and passes it to the part that handles it.
 */
export class MessageRouter {
  readonly #options: MessageRouterOptions;
  readonly #admit: Admit;
  /** References of the next message. */
  #announced: Announced | undefined;

  constructor(options: MessageRouterOptions) {
    this.#options = options;
    this.#admit = this.#admission();
  }

  /**
   * Parses and routes one message.
   * @throws {RpcError} if it violates the protocol: the connection has to end.
   */
  receive(bytes: Uint8Array): void {
    this.#route(parseMessage(bytes, this.#options.limits, this.#admit), bytes.length);
  }

  /** Refuses references whose message will not arrive. The connection has ended. */
  end(): void {
    if (this.#announced !== undefined) this.#options.references.imports.refuse(this.#announced);
  }

  #route(message: Message, bytes: number): void {
    const { calls, dispatcher, references, sender } = this.#options;
    const announced = this.#announced;
    if (announced !== undefined) {
      this.#announced = undefined;
      if (!carriers.has(message.kind)) {
        throw new RpcError(
          "internal",
          `the peer sent references before a ${message.kind}, which cannot carry any`,
        );
      }
      checkPlaces(announced, bytes);
    }
    switch (message.kind) {
      case "call":
      case "notify":
        dispatcher.take(message, bytes + (announced?.bytes ?? 0), announced);
        return;
      case "pipelinedCall":
        dispatcher.takePipelined(message, bytes + (announced?.bytes ?? 0), announced);
        return;
      case "result":
        calls.answered(message, announced);
        return;
      case "error":
        calls.failed(message.id, message.error);
        return;
      case "overLimit":
        if (announced !== undefined) references.imports.refuse(announced);
        this.#takeOverLimit(message);
        return;
      case "references":
        this.#announced = references.imports.announce(message.references);
        return;
      case "items":
        references.imports.takeItems(message, bytes, announced);
        return;
      case "streamEnd":
        references.imports.takeEnd(message);
        return;
      case "credit":
        references.exports.takeCredit(message);
        return;
      case "stop":
        references.exports.takeStop(message);
        return;
      case "release":
        references.exports.takeRelease(message);
        return;
      case "gone":
        references.imports.takeGone(message);
        return;
      case "refused":
        if (announced !== undefined) references.imports.refuse(announced);
        dispatcher.deny(message);
        return;
      case "cancel":
        dispatcher.cancel(message.id, message.code);
        return;
      case "ping":
        if (message.number !== signOfLife) dispatcher.confirm(message.number);
        // Otherwise the messages that are queued for a slow peer are a sign of life.
        else if (!sender.congested) sender.sendControl(encodePong(signOfLife));
        return;
      case "pong":
        this.#options.oneWay.answered(message.number);
        return;
      case "goodbye":
        this.#options.goodbye();
        return;
      case "end":
        this.#options.end(new RpcError(message.code, message.message));
        return;
      case "hello":
      case "welcome":
        throw new RpcError("internal", `the peer sent a second ${message.kind}`);
      default:
        // A type error if a kind of message has no case.
        message satisfies never;
    }
  }

  #admission(): Admit {
    const { services, admission, dispatcher } = this.#options;
    const guarded = services.some(({ definition }) => admission.concerns(definition));
    return (target, method, pipelined) => {
      if (pipelined) {
        const followed = dispatcher.findPipelined({ target, method });
        return followed instanceof RpcError
          ? followed
          : admission.refusal(followed.definition, followed.method, false);
      }
      const offered = target < services.length;
      if (offered && !guarded) return undefined;
      const found = dispatcher.find({ target, method });
      return found && admission.refusal(found.definition, found.method, offered);
    };
  }

  #takeOverLimit({ of, id, error }: OverLimitMessage): void {
    const { dispatcher, calls, references, report } = this.#options;
    if (of === "call" || of === "pipelinedCall") dispatcher.refuse(id, error);
    else if (of === "notify") report(error);
    else if (of === "items" || of === "streamEnd")
      references.imports.takeOverLimit(id, of === "streamEnd", error);
    else if (of === "result" || of === "error") calls.failed(id, error);
    else of satisfies never;
  }
}

/** Kinds of messages that may follow a list of references. */
const carriers: ReadonlySet<Message["kind"]> = new Set([
  "call",
  "pipelinedCall",
  "notify",
  "result",
  "items",
  "overLimit",
  "refused",
]);

/**
 * Verifies that a message has room for its references. The index of each takes at least one byte,
 * so the length of the message bounds what is held for it.
 * @throws {RpcError} `internal` if there are more references than bytes.
 */
function checkPlaces({ received }: Announced, bytes: number): void {
  if (received.length <= bytes) return;
  throw new RpcError(
    "internal",
    `the peer sent ${received.length} references before a message of ${bytes} bytes, which has no room for them`,
  );
}
