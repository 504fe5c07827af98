import type { IncomingHttpHeaders } from "node:http";
import type { CallOptions } from "@crosspane/core";
import { HttpFailure } from "./http-failure.js";

/** Header with the milliseconds that a call may take. */
const timeoutHeader = "crosspane-timeout-ms";

/** Beginning of the headers that are metadata of a call. */
const metadataPrefix = "crosspane-metadata-";

/**
 * Returns the options of a call from the headers of its request.
 * @throws {HttpFailure} 400 for a time that is not a number.
 */
export function callOptionsOf(headers: IncomingHttpHeaders): CallOptions {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // Node has the bytes of a header as Latin-1. Programs send UTF-8.
    if (name.startsWith(metadataPrefix) && typeof value === "string")
      metadata[name.slice(metadataPrefix.length)] = Buffer.from(value, "latin1").toString();
  }
  const timeout = headers[timeoutHeader];
  if (timeout === undefined) return { metadata };
  if (typeof timeout !== "string" || !/^\d{1,10}$/.test(timeout)) {
    const message = `the header ${timeoutHeader} must be whole milliseconds, got ${JSON.stringify(timeout)}`;
    throw new HttpFailure(400, "invalidArgument", message);
  }
  return { metadata, timeoutMs: Number(timeout) };
}
