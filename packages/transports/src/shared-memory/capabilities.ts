import { maxFramedMessageBytes, type TransportCapabilities } from "@crosspane/core/transport";

/** Capabilities of this transport. */
export const capabilities: TransportCapabilities = {
  name: "shm",
  maxMessageBytes: maxFramedMessageBytes,
  zeroCopy: true,
  peerIdentity: true,
  synchronousCall: true,
  noticesDeath: true,
  oneConnection: false,
};
