import type { MessageSender } from "../../call/message-sender.js";
import { convertWhole, sendConversion } from "../../shape/conversion.js";
import { encodeItems } from "../../wire/messages/stream.js";
import { discard } from "../discard.js";
import type { ReferenceWriter } from "../exchanges.js";
import type { ProducerLink, StreamProducer } from "./stream-producer.js";

/** The references of a message, and its description for errors. */
export interface MessageReferences {
  readonly what: string;
  readonly label: string;
  readonly exchange: ReferenceWriter;
}

/** Options for {@link createItemLink}. */
export interface ItemLinkOptions extends Pick<ProducerLink, "sendEnd" | "report"> {
  readonly sender: MessageSender;
  /** Limits of the peer. */
  readonly peer: { readonly maxNesting: number; readonly maxElements: number };
  /** Makes the exchange for the references of an item. */
  readonly outgoing: () => ReferenceWriter;
  /** Sends a message and registers what it refers to. Returns its bytes. */
  readonly send: (message: Uint8Array, references: MessageReferences) => number;
}

/**
 * A peer whose `maxElements` is at least this accepts any of our batches: an item has at least one
 * byte, and elements of its own only if it is larger.
 */
const elementsForBatches = 65_536;

/** Makes the link by which the streams of this side convert and send their items. */
export function createItemLink(options: ItemLinkOptions): ProducerLink {
  const { sender, peer, report, sendEnd } = options;
  return {
    get congested() {
      return sender.congested;
    },
    batches: peer.maxElements >= elementsForBatches,
    maxMessageBytes: sender.maxMessageBytes,
    convert: ({ shape }, item) => convertWhole(shape.item, item, sendConversion(peer.maxNesting)),
    sendItem: (producer, item) => sendItem(producer, item, options),
    send: (producer, message) => sender.send(message, whatOf(producer)),
    drop: (producer, item) => {
      if (producer.shape.itemsCarry) drop(producer, item, options);
    },
    sendEnd,
    report,
  };
}

function sendItem(producer: StreamProducer, value: unknown, options: ItemLinkOptions): number {
  const { sender, peer, report } = options;
  const { shape, label, number } = producer;
  const exchange = shape.itemsCarry ? options.outgoing() : undefined;
  let item: unknown;
  try {
    item = convertWhole(shape.item, value, sendConversion(peer.maxNesting, exchange));
  } catch (thrown) {
    if (exchange !== undefined) discard(exchange.given, report);
    throw thrown;
  }
  const message = encodeItems(number, [item]);
  if (exchange !== undefined) return options.send(message, { what: whatOf(producer), label, exchange });
  sender.send(message, whatOf(producer));
  return message.length;
}

/** Discards the references of an item that is not sent. */
function drop({ shape }: StreamProducer, value: unknown, { outgoing, peer, report }: ItemLinkOptions): void {
  const exchange = outgoing();
  try {
    convertWhole(shape.item, value, sendConversion(peer.maxNesting, exchange));
  } catch {
    // The item is invalid. The references that were found before are discarded.
  }
  discard(exchange.given, report);
}

/** Describes a producer's message, for the error of one that is too large. */
function whatOf({ label }: StreamProducer): string {
  return `an item of ${label}`;
}
