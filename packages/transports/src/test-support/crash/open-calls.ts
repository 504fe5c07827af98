import { RpcError } from "@crosspane/core";

/** Records calls and their results. */
export class OpenCalls {
  /** Number of failed calls by code. */
  readonly failed = new Map<string, number>();
  /** Failures that are not an `RpcError`, and calls that settled twice. */
  readonly wrong: string[] = [];
  made = 0;
  answered = 0;
  /** Time when the last call settled, on the clock of `performance.now()`. */
  lastAt = Number.NEGATIVE_INFINITY;

  get open(): number {
    return this.made - this.answered - [...this.failed.values()].reduce((sum, count) => sum + count, 0);
  }

  readonly add = (call: Promise<unknown>): void => {
    this.made++;
    call.then(
      () => {
        this.answered++;
        this.lastAt = performance.now();
      },
      (error: unknown) => {
        if (!(error instanceof RpcError)) this.wrong.push(String(error));
        const code = error instanceof RpcError ? error.code : "no RpcError";
        this.failed.set(code, (this.failed.get(code) ?? 0) + 1);
        this.lastAt = performance.now();
      },
    );
  };
}
