import {
  assertOptions,
  maxFramedMessageBytes,
  type OptionNames,
  type Transport,
  type TransportCapabilities,
} from "@crosspane/core/transport";
import { loadForWindows } from "../win32/load-for-windows.js";
import type { CopyDataAddress } from "./copy-data-address.js";
import { assertWindowName } from "./window-names.js";

const capabilities: TransportCapabilities = {
  name: "copydata",
  maxMessageBytes: maxFramedMessageBytes,
  zeroCopy: false,
  peerIdentity: true,
  synchronousCall: false,
  noticesDeath: true,
  oneConnection: false,
};

/** Options for the window of a server or client. */
export interface CopyDataOptions {
  /**
   * Admits programs with fewer rights to the windows of this process. Without it, Windows drops
   * what a program that is not elevated sends to an elevated one. Set it on the side with more
   * rights. It opens the windows for WM_COPYDATA from every program of the desktop. Admission still
   * depends on the user that the peer runs as, which is the same for this user's sandboxed
   * programs.
   */
  readonly allowLowerIntegrity?: boolean;
}

const optionNames = { allowLowerIntegrity: true } satisfies OptionNames<CopyDataOptions>;

/**
 * Creates a transport that sends WM_COPYDATA between two windows of one desktop. It suits programs
 * that have a window anyway, in any language, see `docs/wire-protocol.md`. Only processes of the
 * same user connect.
 *
 * `dial` and `listen` reject with `unimplemented` on other systems than Windows.
 * @throws {RpcError} `invalidArgument` for a name that is empty, too long, or has a slash, a
 * backslash or a control character.
 */
export function copyData(name: string, options: CopyDataOptions = {}): Transport {
  assertWindowName(name);
  const endpoint = `copydata:${name}`;
  assertOptions(endpoint, options, optionNames);
  const { allowLowerIntegrity = false } = options;
  const address: CopyDataAddress = { name, endpoint, capabilities, allowLowerIntegrity };
  return {
    endpoint,
    capabilities,
    // Loaded on use, so that a program for several systems can name this transport on all of them.
    dial: async (signal, found) =>
      (await loadForWindows(endpoint, () => import("./dial-copy-data.js"))).dialCopyData(
        address,
        signal,
        found,
      ),
    listen: async (acceptor) =>
      (await loadForWindows(endpoint, () => import("./listen-copy-data.js"))).listenCopyData(
        address,
        acceptor,
      ),
  };
}
