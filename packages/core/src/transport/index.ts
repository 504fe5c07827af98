export { FrameReader, frameHeaderBytes, maxFramedMessageBytes, writeFrameHeader } from "./frame.js";
export type {
  MessageReceiver,
  PeerInfo,
  Transport,
  TransportAcceptor,
  TransportCapabilities,
  TransportConnection,
  TransportListener,
} from "./transport.js";
