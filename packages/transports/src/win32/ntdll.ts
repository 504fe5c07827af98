import { loadLibrary } from "./load-koffi.js";
import type { Handle } from "./types.js";

/** Declarations of functions of ntdll.dll. */

const { declare, has } = loadLibrary("ntdll.dll");

/** True under Wine: https://gitlab.winehq.org/wine/wine/-/wikis/Developer-FAQ */
export const isWine: boolean = has("wine_get_version");

/**
 * The only function that returns the type of an event; it is as old as Windows NT.
 * http://undocumented.ntinternals.net/UserMode/Undocumented%20Functions/NT%20Objects/Event/NtQueryEvent.html
 */
export const ntQueryEvent: (
  event: Handle,
  informationClass: number,
  information: Uint32Array,
  bytes: number,
  returned: null,
) => number = declare(
  "int32_t __stdcall NtQueryEvent(intptr_t event, int informationClass, void *information, uint32_t bytes, void *returned)",
);
