/** Wine itself broke down under a run: what ran in it says nothing about what was tested. */
export class LaneCrashedError extends Error {
  override readonly name = "LaneCrashedError";

  constructor() {
    super("Wine's server crashed, and took the run with it.");
  }
}
