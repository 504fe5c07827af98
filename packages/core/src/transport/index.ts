export { FrameReader, frameHeaderBytes, maxFramedMessageBytes, writeFrameHeader } from "./frame.js";
export type {
  MessageReceiver,
  PassedOver,
  PeerInfo,
  Transport,
  TransportAcceptor,
  TransportCapabilities,
  TransportChoice,
  TransportConnection,
  TransportListener,
} from "./transport.js";
