export type { Access } from "../win32/access.js";
export { type SharedMemoryOptions, sharedMemory } from "./shared-memory-transport.js";
