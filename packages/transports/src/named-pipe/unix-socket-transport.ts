import { lstat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { RpcError } from "@crosspane/core";
import {
  maxFramedMessageBytes,
  type Transport,
  type TransportAcceptor,
  type TransportCapabilities,
  type TransportConnection,
  type TransportListener,
} from "@crosspane/core/transport";
import { dialStream } from "../byte-stream/dial-stream.js";
import { listenStream } from "../byte-stream/listen-stream.js";
import { rpcErrorFromNode } from "../errors/node-error.js";
import { isPrivateFolder, makePrivateFolder } from "../files/private-folder.js";
import { isLiveSocket } from "./is-live-socket.js";
import { withStartLock } from "./start-lock.js";
import { unixSocketPath } from "./unix-socket-path.js";

const capabilities: TransportCapabilities = {
  name: "pipe",
  maxMessageBytes: maxFramedMessageBytes,
  zeroCopy: false,
  peerIdentity: false,
  synchronousCall: false,
  noticesDeath: true,
  oneConnection: false,
};

/** The pipe of Linux and macOS: a Unix socket in a folder that is private to the user. */
export class UnixSocketTransport implements Transport {
  readonly capabilities = capabilities;
  readonly endpoint: string;
  readonly #name: string;

  constructor(name: string) {
    this.endpoint = `pipe:${name}`;
    this.#name = name;
  }

  async dial(signal: AbortSignal): Promise<TransportConnection> {
    const path = await unixSocketPath(this.#name);
    if (!(await isPrivateFolder(dirname(path), this.endpoint))) {
      throw new RpcError(
        "unavailable",
        `dial ${this.endpoint}: no server is listening there (no ${path}); start it, as the same user`,
      );
    }
    return dialStream({ path }, describe(path, this.endpoint), signal);
  }

  async listen(acceptor: TransportAcceptor): Promise<TransportListener> {
    const path = await unixSocketPath(this.#name);
    await makePrivateFolder(dirname(path), this.endpoint);
    try {
      // One server at a time: between detecting a dead socket and replacing it, no other may
      // intervene.
      return await withStartLock(`${path}.lock`, () => this.#listenOrReplace(path, acceptor));
    } catch (error) {
      throw error instanceof RpcError ? error : rpcErrorFromNode(error, "listen on", this.endpoint);
    }
  }

  /** Replaces a socket that a killed server has left, because nothing else would ever remove it. */
  async #listenOrReplace(path: string, acceptor: TransportAcceptor): Promise<TransportListener> {
    try {
      return await listenAt(path, this.endpoint, acceptor);
    } catch (error) {
      if (RpcError.from(error).code !== "alreadyExists") throw error;
      if (!(await lstat(path)).isSocket() || (await isLiveSocket(path))) {
        throw nameTaken(this.endpoint, path, error);
      }
      await unlink(path);
      return listenAt(path, this.endpoint, acceptor);
    }
  }
}

function listenAt(path: string, endpoint: string, acceptor: TransportAcceptor): Promise<TransportListener> {
  return listenStream(
    { path, exclusive: true },
    {
      endpoint,
      acceptor,
      describe: () => describe(path, endpoint),
      endpointOf: () => endpoint,
    },
  );
}

/**
 * Describes a connection. A peer that can reach a socket in a user's private folder is that user,
 * or may do everything anyway.
 */
function describe(path: string, endpoint: string) {
  return { capabilities, peer: { transport: capabilities.name, address: path, sameUser: true }, endpoint };
}

function nameTaken(endpoint: string, path: string, cause?: unknown): RpcError {
  return new RpcError(
    "alreadyExists",
    `listen on ${endpoint}: another server has this name (${path}); stop it or choose another name`,
    cause === undefined ? {} : { cause },
  );
}
