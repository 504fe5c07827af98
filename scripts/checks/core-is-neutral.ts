/**
 * Checks that core runs anywhere. The layers forbid imports of Node; this check forbids the names
 * of platforms in core, in comments too. Code that seems to need one belongs into a transport.
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
