/**
 * `process.nextTick` as it is when this module is loaded: fake timers of a test framework replace it. Asked of Node, because jest gives
 * tests a `process` of their own.
 */
export const { nextTick } = process.getBuiltinModule("node:process");
