import { CopiedMemory } from "./copied-memory.js";
import { viewMemory } from "./load-koffi.js";
import type { SharedMemory } from "./shared-memory.js";
import type { Address } from "./types.js";
import { ViewMemory } from "./view-memory.js";

/**
 * Selects the copying back end even where views are allowed if set to 1, so that its tests run
 * everywhere.
 */
const copyingSwitch = "CROSSPANE_COPYING_MEMORY";

/**
 * Returns mapped memory of this process.
 * @param bytes a multiple of 4.
 */
export function memoryAt(address: Address, bytes: number): SharedMemory {
  if (process.env[copyingSwitch] !== "1") {
    try {
      return new ViewMemory(viewMemory(address, bytes));
    } catch {
      // The runtime forbids views.
    }
  }
  return new CopiedMemory(address, bytes);
}
