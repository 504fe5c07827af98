import type { IncomingMessage } from "node:http";
import { clearTimeout, setTimeout } from "node:timers";
import { HttpFailure } from "./http-failure.js";

/** Bounds of the body of a request. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/**
 * Reads the body of a request as JSON.
 * @throws {HttpFailure} 415 for another type than JSON, 413, 408, 400 for malformed JSON, and 499
 * if the client disconnects before the end.
 */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  requireJson(request);
  const body = await readBody(request, limits);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new HttpFailure(400, "invalidArgument", `the body is not JSON: ${(error as Error).message}`);
  }
}

/**
 * A browser asks the server before it sends this type for a page of another origin. So no page can
 * make a call by sending a form.
 */
function requireJson({ headers }: IncomingMessage): void {
  const type = headers["content-type"] ?? "";
  if (!/^application\/json\s*(;\s*charset=("utf-8"|utf-8)\s*)?$/i.test(type)) {
    const message = `the body has the type ${JSON.stringify(type)}: send the header Content-Type: application/json`;
    throw new HttpFailure(415, "invalidArgument", message);
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity")
    throw new HttpFailure(415, "invalidArgument", `the body is encoded as ${encoding}: send it as it is`);
}

function readBody(request: IncomingMessage, { maxBodyBytes, bodyTimeoutMs }: BodyLimits): Promise<Buffer> {
  const tooLarge = () =>
    new HttpFailure(
      413,
      "resourceExhausted",
      `the body is over maxBodyBytes = ${maxBodyBytes}: send less at once`,
    );
  if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => {
      const message = `the body has not arrived within bodyTimeoutMs = ${bodyTimeoutMs}`;
      settle(() => reject(new HttpFailure(408, "deadlineExceeded", message)));
    }, bodyTimeoutMs);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      end();
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) settle(() => reject(tooLarge()));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks)));
    const onClose = () =>
      settle(() => reject(new HttpFailure(499, "cancelled", "the client has disconnected")));
    request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}
