/** Says in one sentence why Windows code cannot run here, and how to change that. */
export class LaneUnavailableError extends Error {
  override readonly name = "LaneUnavailableError";
}
