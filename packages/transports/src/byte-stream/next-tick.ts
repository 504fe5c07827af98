/** `process.nextTick` as it is when this module is loaded: fake timers of a test framework, installed later, do not reach it. */
export const { nextTick } = process;
