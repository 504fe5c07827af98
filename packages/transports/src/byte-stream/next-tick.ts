/**
 * `process.nextTick` as it was when this module was loaded. Fake timers that a test framework
 * installs later do not affect it.
 */
export const { nextTick } = process;
