/** Says in one sentence why nothing can run on Windows here, and how to change that. */
export class LaneUnavailableError extends Error {
  override readonly name = "LaneUnavailableError";
}
