import type { MessageReader } from "../message-reader.js";
import type { PartialMessage } from "./partial.js";

/**
 * One kind of message: its number and its parser. Its encoder is a function in the same file. The
 * bytes that an encoder returns are valid until the next message is encoded.
 */
export interface MessageFormat<M> {
  /** The first element of each message of this kind. */
  readonly number: number;

  /**
   * Parses a message from the field after its kind on.
   * @throws {RpcError} `internal` for a malformed message: the connection has to end.
   */
  parse(reader: MessageReader): M | PartialMessage;
}
