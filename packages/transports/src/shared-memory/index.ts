/**
 * The transport `shm:NAME`: rings in shared memory of Windows.
 * @category Transports
 * @packageDocumentation
 */

export type { Access } from "../win32/access.js";
export { type SharedMemoryOptions, sharedMemory } from "./shared-memory-transport.js";
