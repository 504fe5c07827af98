/**
 * Packages whose code a published package of ours contains, by the folder of ours. They are
 * `devDependencies` there, because a user does not install them.
 */
export const VENDORED: Readonly<Record<string, readonly string[]>> = {
  // It has an optional part with an install script, and core never uses that part.
  "packages/core": ["msgpackr"],
};
