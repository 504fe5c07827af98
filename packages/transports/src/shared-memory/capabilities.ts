import { maxFramedMessageBytes, type TransportCapabilities } from "@crosspane/core/transport";

/** What this transport can do. */
export const capabilities: TransportCapabilities = {
  name: "shm",
  maxMessageBytes: maxFramedMessageBytes,
  zeroCopy: true,
  peerIdentity: true,
  synchronousCall: true,
  noticesDeath: true,
  oneConnection: false,
};
