import { once } from "node:events";
import { type IncomingMessage, request as nodeRequest } from "node:http";

/** A request of a test. */
export interface TestRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is if it is text. */
  readonly body?: unknown;
}

/** An answer in full. */
export interface TestAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The body as JSON; undefined if it is not. */
  readonly json: unknown;
}

/** Begins a request, on a connection of its own. */
export function begin(url: string, { method = "POST", headers = {}, body }: TestRequest = {}) {
  const request = nodeRequest(url, {
    agent: false,
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
  });
  request.end(typeof body === "string" || body === undefined ? body : JSON.stringify(body));
  return request;
}

/** Makes a request and reads the answer. */
export async function send(url: string, options?: TestRequest): Promise<TestAnswer> {
  const [response] = (await once(begin(url, options), "response")) as [IncomingMessage];
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON.
  }
  return { status: response.statusCode, headers: response.headers, text, json };
}
