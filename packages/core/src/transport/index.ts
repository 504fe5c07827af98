// The types of `using` belong to this API, and the libraries that a program names may lack them.
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * Parts for authors of transports: the contract of a transport, frames, queues, helpers of errors.
 * Core has about a hundred files. A module that only throws its errors, in a thread of its own,
 * need not load them.
 * @category Transports
 * @packageDocumentation
 */

export { assertOptions, nearestName, type OptionNames } from "../errors/assert-options.js";
export type { Code } from "../errors/code.js";
export { givenKind } from "../errors/given-kind.js";
export { RpcError } from "../errors/rpc-error.js";
export { microtask, now, startTimer, stopTimer, type Timer } from "../runtime/real-time.js";
export { isTransport } from "./assert-transport.js";
export { canonicalName } from "./canonical-name.js";
export { connectFailure, mayAppear } from "./connect-failure.js";
export { FrameReader, frameHeaderBytes, maxFramedMessageBytes, writeFrameHeader } from "./frame.js";
export { type LoopTurn, loopTurn } from "./loop-turn.js";
export { MessageQueue } from "./message-queue.js";
export { isSecretChallenge, secretLabel, secretNonceBytes } from "./secret-challenge.js";
export { SendGauge, sendHighWaterBytes, sendLowWaterBytes } from "./send-gauge.js";
export { StallWatch, type Watched } from "./stall-watch.js";
export type {
  HandshakeMessages,
  MessageReceiver,
  PeerInfo,
  SkippedTransport,
  Transport,
  TransportAcceptor,
  TransportCapabilities,
  TransportChoice,
  TransportConnection,
  TransportListener,
} from "./transport.js";
