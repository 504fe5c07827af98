import type { Code } from "@crosspane/core";

/** Refusal of a request by the bridge itself, with a status that its code alone does not have. */
export class HttpFailure extends Error {
  readonly status: number;
  readonly code: Code;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: Code, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "HttpFailure";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
