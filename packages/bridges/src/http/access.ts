import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIPv6 } from "node:net";
import { HttpFailure } from "./http-failure.js";
import type { ResolvedOptions } from "./http-options.js";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** True for an address of this machine that no other machine can reach. */
export function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Decides which requests are answered, before any of their bodies is read. */
export class Access {
  readonly #allowRemote: boolean;
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #secret: Buffer | undefined;

  constructor({ allowRemote, allowedHosts, allowedOrigins, secret }: ResolvedOptions) {
    this.#allowRemote = allowRemote;
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
    this.#origins = new Set(allowedOrigins);
    this.#secret = secret === undefined ? undefined : digestOf(secret);
  }

  /**
   * Checks the address, the host and the origin of a request.
   * @throws {HttpFailure} 403
   */
  checkSource(request: IncomingMessage): void {
    const { remoteAddress } = request.socket;
    // A server on a pipe has no address, and a pipe has rules of its own.
    if (!this.#allowRemote && remoteAddress !== undefined && !isLoopback(remoteAddress))
      throw forbidden(`${remoteAddress} is another machine; the server may set allowRemote`);
    const { host, origin } = request.headers;
    if (!this.#isOwnHost(host)) {
      const name = JSON.stringify(host ?? "");
      throw forbidden(`the host ${name} is not a name of this server; it may add it to allowedHosts`);
    }
    if (origin !== undefined && !this.#isAllowedOrigin(origin, host)) {
      const name = JSON.stringify(origin);
      throw forbidden(`pages of ${name} may not call; the server may add it to allowedOrigins`);
    }
  }

  /**
   * Checks the secret of a request, in a time that does not depend on how much of it is right.
   * @throws {HttpFailure} 401
   */
  checkSecret(request: IncomingMessage): void {
    if (this.#secret === undefined) return;
    const given = /^bearer +(.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (timingSafeEqual(digestOf(given), this.#secret)) return;
    const message = "the request has no valid secret: send the header Authorization: Bearer SECRET";
    throw new HttpFailure(401, "unauthenticated", message, { "www-authenticate": "Bearer" });
  }

  /** Returns the headers by which a browser lets a page of another origin read an answer. */
  corsHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
    const { origin } = headers;
    if (origin === undefined || !this.#origins.has(origin)) return {};
    return { "access-control-allow-origin": origin, vary: "Origin" };
  }

  #isOwnHost(host: string | undefined): boolean {
    if (host === undefined) return false;
    if (this.#hosts.has(host.toLowerCase())) return true;
    const url = URL.parse(`http://${host}`);
    if (url === null || url.host === "" || url.pathname !== "/" || url.username !== "") return false;
    const { hostname } = url;
    return (
      hostname === "localhost" || this.#hosts.has(hostname) || isLoopback(hostname.replace(/^\[|\]$/g, ""))
    );
  }

  /** The host was checked before, so a page of that host is a page of this server. */
  #isAllowedOrigin(origin: string, host: string | undefined): boolean {
    return this.#origins.has(origin) || /^https?:\/\/(.+)$/.exec(origin)?.[1] === host?.toLowerCase();
  }
}

/** Texts of different lengths have digests of one length. */
function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function forbidden(message: string): HttpFailure {
  return new HttpFailure(403, "permissionDenied", message);
}
