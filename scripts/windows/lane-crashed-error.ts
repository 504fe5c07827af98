/** Error for a crash of Wine itself during a run; the results of the run are meaningless. */
export class LaneCrashedError extends Error {
  override readonly name = "LaneCrashedError";

  /** @param what the event, as the beginning of a sentence */
  constructor(what: string) {
    super(`${what}, and the run was ended.`);
  }
}
