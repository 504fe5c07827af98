/**
 * core runs wherever JavaScript does. That it imports nothing of Node is a rule of the layers; this one keeps the names
 * of platforms out of it, in comments too: where one seems needed, the matter belongs into a transport.
 */
import type { Check } from "./check.ts";
import { isTestSupport } from "./support/parsed-sources.ts";
import { repositoryFiles } from "./support/repository-files.ts";
import { searchText } from "./support/text-search.ts";

export const coreIsNeutral: Check = {
  name: "core-is-neutral",
  title: "core names no platform",
  run: async (root) =>
    searchText(
      root,
      (await repositoryFiles(root)).filter(
        (file) => /^packages\/core\/src\/.*\.ts$/.test(file) && !isTestSupport(file),
      ),
      [
        {
          pattern:
            /\b(?:windows|win32|linux|macos|darwin|posix|unix|wine|hwnd|dll|koffi|named.pipes?|WM_\w+)\b|\bprocess\.platform\b/gi,
          message: (found) =>
            `says "${found}", and core knows no platform: say what matters about it, or move it to a transport`,
        },
      ],
    ),
};
