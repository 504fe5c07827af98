/** Something by reference that has an end: an export that the peer holds, or an import that is held here. */
export interface Lived {
  readonly gone: boolean;
  /** Called once when it is over. */
  onGone: (() => void) | undefined;
}

/** What nearly every call brings; one for all of them, so that none has to make it. */
export const nothingLived: readonly never[] = [];

/** Calls `done` once all of them are gone; at once if they are. */
export function whenAllGone(items: readonly Lived[], done: () => void): void {
  const living = items.filter(({ gone }) => !gone);
  let left = living.length;
  if (left === 0) return done();
  for (const item of living) {
    item.onGone = () => {
      if (--left === 0) done();
    };
  }
}
