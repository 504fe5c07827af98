import type { SpawnOptions } from "../child-process/spawn-options.js";

/** The child that a parent starts. */
export interface StdioOptions extends Pick<SpawnOptions, "command" | "args" | "cwd" | "env"> {}
