/** Wine itself broke down under a run: what ran in it says nothing about what was tested. */
export class LaneCrashedError extends Error {
  override readonly name = "LaneCrashedError";

  /** @param what has happened, as the beginning of a sentence. */
  constructor(what: string) {
    super(`${what}, and the run was ended.`);
  }
}
