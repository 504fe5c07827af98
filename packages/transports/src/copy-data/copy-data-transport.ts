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

/** How a window is reached. */
export interface CopyDataOptions {
  /**
   * Whether programs with fewer rights may send to the windows of this process: without it, Windows drops what a program that is not
   * elevated sends to one that is. Set it on the side with more rights. It opens the windows for WM_COPYDATA of every program of the
   * desktop; who may connect is still decided by the user that it runs as, which is the same for this user's sandboxed programs.
   */
  readonly allowLowerIntegrity?: boolean;
}

const optionNames = { allowLowerIntegrity: true } satisfies OptionNames<CopyDataOptions>;

/**
 * WM_COPYDATA between two windows of one desktop: for programs that have a window anyway, in any language, as `docs/wire-protocol.md`
 * says. Only processes of the same user connect.
 *
 * `dial` and `listen` reject with `unimplemented` where there is no Windows.
 * @throws {RpcError} `invalidArgument` for a name that is empty, too long, or has a slash, a backslash or a control character.
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
    // Loaded when needed, so that a program for several systems can name this transport on all of them.
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
