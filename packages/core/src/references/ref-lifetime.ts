/** Lifetime of a reference: an export that the peer holds, or an import that is held here. */
export interface RefLifetime {
  readonly gone: boolean;
  /** Called once when it is over. */
  onGone: (() => void) | undefined;
}

/** The empty list, shared by all calls that carry no references. */
export const noReferences: readonly never[] = [];

/** Calls `done` once all of them are gone, or at once if they are. */
export function onAllReleased(items: readonly RefLifetime[], done: () => void): void {
  const living = items.filter(({ gone }) => !gone);
  let left = living.length;
  if (left === 0) return done();
  for (const item of living) {
    item.onGone = () => {
      if (--left === 0) done();
    };
  }
}
