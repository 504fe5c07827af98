import type { Code } from "../errors/code.js";
import type { WireError } from "../errors/error-wire.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { ReceivedArgs } from "./received-args.js";

/** The first element of every message; `docs/wire-protocol.md` gives the rest of each. */
export const messageKinds = {
  hello: 0,
  welcome: 1,
  end: 2,
  call: 3,
  notify: 4,
  result: 5,
  error: 6,
  cancel: 7,
  goodbye: 8,
  references: 9,
  items: 10,
  streamEnd: 11,
  credit: 12,
  stop: 13,
  release: 14,
  ping: 15,
  pong: 16,
  pipelinedCall: 17,
  gone: 18,
} as const;

/** The newest protocol version that this library speaks. */
export const protocolVersion = 1;

/** What makes a first message ours and not a stray HTTP request. */
export const protocolMagic = "crosspane";

/** A call's header fields, also of a one-way call, which has no id. */
export interface CallTarget {
  /** Place of the service in the list that its side offered in the handshake. */
  readonly target: number;
  /** Place of the method in that service. */
  readonly method: number;
}

/** What may accompany a call. */
export interface CallExtras {
  /** Whole milliseconds that are left. */
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** "Call this, and answer me." */
export interface CallMessage extends CallTarget, CallExtras {
  readonly kind: "call";
  readonly id: number;
  readonly args: ReceivedArgs;
}

/** A call of what another call of the sender will return. */
export interface PipelinedCallMessage extends CallExtras {
  readonly kind: "pipelinedCall";
  readonly id: number;
  /** The id of the other call. */
  readonly on: number;
  readonly method: number;
  readonly args: ReceivedArgs;
}

/** "Call this": nobody waits for an answer. */
export interface NotifyMessage extends CallTarget, CallExtras {
  readonly kind: "notify";
  readonly args: ReceivedArgs;
}

/** "That call of yours returned this." */
export interface ResultMessage {
  readonly kind: "result";
  readonly id: number;
  readonly value: unknown;
}

/** "That call of yours failed." */
export interface ErrorMessage {
  readonly kind: "error";
  readonly id: number;
  readonly error: WireError;
}

/** "I wait for that call no more": it is still answered, if it has not been. */
export interface CancelMessage {
  readonly kind: "cancel";
  readonly id: number;
  /** `deadlineExceeded` if the caller's time ran out, else `cancelled`. */
  readonly code: Code;
}

/** "I shall make no more calls on this connection." */
export interface GoodbyeMessage {
  readonly kind: "goodbye";
}

/** What a reference on the wire is: an object or function of the sender, a stream of the sender, an object or function of the receiver. */
export const referenceKinds = { object: 0, stream: 1, receiverHosted: 2 } as const;

/** A reference, by its owner's number. */
export interface WireReference {
  readonly kind: keyof typeof referenceKinds;
  readonly number: number;
}

/** "The next message carries these references." In its data stand their places in this list. */
export interface ReferencesMessage {
  readonly kind: "references";
  readonly references: readonly WireReference[];
}

/** The next items of a stream of the sender. */
export interface ItemsMessage {
  readonly kind: "items";
  readonly stream: number;
  /** For `ReceivedItems`: an array, checked and not decoded. A view that is valid during the delivery of the message only. */
  readonly payload: Uint8Array;
  /** The estimate of the memory that they take once they are decoded. */
  readonly decodedBytes: number;
}

/** The last message of a stream of the sender, with what broke it, if anything did. */
export interface StreamEndMessage {
  readonly kind: "streamEnd";
  readonly stream: number;
  readonly error: WireError | undefined;
}

/** The sender of a stream of the receiver's may send so many more bytes. */
export interface CreditMessage {
  readonly kind: "credit";
  readonly stream: number;
  readonly bytes: number;
}

/** "I want no more of this stream of yours", with the error that was thrown into it, if one was. */
export interface StopMessage {
  readonly kind: "stop";
  readonly stream: number;
  readonly error: WireError | undefined;
}

/** "I do not need this object or function of yours any more." */
export interface ReleaseMessage {
  readonly kind: "release";
  readonly number: number;
}

/** "This object of mine has ended", with what went wrong, if anything did. Its holder answers with a release, unless it has sent that. */
export interface GoneMessage {
  readonly kind: "gone";
  readonly number: number;
  readonly error: WireError | undefined;
}

/** "Answer with a pong of the same number, so that I know that you live." */
export interface PingMessage {
  readonly kind: "ping";
  readonly number: number;
}

/** "I live", with the number of the ping. */
export interface PongMessage {
  readonly kind: "pong";
  readonly number: number;
}

/** "I end this connection, for this reason." The last message. */
export interface EndMessage {
  readonly kind: "end";
  readonly code: Code;
  readonly message: string;
}

/** A well-formed call, answer or part of a stream whose value is over a limit: it fails alone and the connection lives. */
export interface OverLimitMessage {
  readonly kind: "overLimit";
  readonly of: "call" | "pipelinedCall" | "notify" | "result" | "error" | "items" | "streamEnd";
  /** Of the call, or the number of the stream. */
  readonly id: number;
  readonly error: RpcError;
}

/** A call that its peer may not make: of its message only the header was read. */
export interface RefusedMessage extends CallTarget {
  readonly kind: "refused";
  /** Of a `pipelinedCall` the target is the id of the call that it follows. */
  readonly of: "call" | "pipelinedCall" | "notify";
  readonly id: number;
  readonly error: RpcError;
}

/** The limits that a side tells the other. */
export interface AnnouncedLimits {
  readonly maxMessageBytes: number;
  readonly maxCallsInFlight: number;
  readonly maxNesting: number;
  readonly maxElements: number;
  /** Whether it takes calls of what other calls will return. */
  readonly pipelining?: boolean;
}

/** A method of a service that a side offers; its place in the list is its number. */
export interface OfferedMethod {
  readonly name: string;
  readonly oneWay: boolean;
  readonly fingerprint: string;
}

/** A service that a side offers; its place in the list is its number. */
export interface OfferedService {
  readonly name: string;
  readonly fingerprint: string;
  readonly methods: readonly OfferedMethod[];
}

/** The body of `hello` and `welcome`. */
export interface Introduction {
  readonly version: number;
  readonly limits: AnnouncedLimits;
  readonly services: readonly OfferedService[];
}

/** The first message, of the side that has dialled. */
export interface HelloMessage extends Introduction {
  readonly kind: "hello";
}

/** The answer to a hello. */
export interface WelcomeMessage extends Introduction {
  readonly kind: "welcome";
}

/** Any message, as {@link messageKinds} names it, or what is left of one that was read in part. */
export type Message =
  | HelloMessage
  | WelcomeMessage
  | EndMessage
  | CallMessage
  | PipelinedCallMessage
  | NotifyMessage
  | ResultMessage
  | ErrorMessage
  | CancelMessage
  | GoodbyeMessage
  | ReferencesMessage
  | ItemsMessage
  | StreamEndMessage
  | CreditMessage
  | StopMessage
  | ReleaseMessage
  | GoneMessage
  | PingMessage
  | PongMessage
  | OverLimitMessage
  | RefusedMessage;
