/**
 * Checks that no committed file names the machine it was written on. A home or temporary folder
 * differs on other machines, and the source of packages is a setting of the reader's npm and
 * Debian.
 */
import type { Check } from "./check.ts";
import { repositoryFiles } from "./support/repository-files.ts";
import { searchText } from "./support/text-search.ts";

/** The inside of a Windows lane is the same on every machine, because the lane defines it. */
const LANE = /^scripts\/windows\//;

export const machineWords: Check = {
  name: "machine-words",
  title: "nothing names a machine",
  run: async (root) => {
    const files = await repositoryFiles(root);
    return [
      ...(await searchText(
        root,
        files.filter((file) => !LANE.test(file)),
        [
          {
            // Not within a longer path or address, such as `$root/tmp` or `./home`.
            pattern: /(?<![\w$.}~*/-])\/(?:root|home|tmp|work|Users)\b(?!\/?\.\.\.)/g,
            message: (found) => `names the folder ${found}: use a relative path, or ask the system`,
          },
          {
            pattern: /\b[A-Z]:(?:\\{1,2}|\/)Users\b/gi,
            message: (found) => `names the folder ${found}: use a relative path, or ask the system`,
          },
        ],
      )),
      ...(await searchText(root, files, [
        {
          pattern:
            /\b(?:registry\.(?:npmjs|yarnpkg|npmmirror)|npm\.pkg\.github|(?:deb|ftp|security)\.debian|pypi)\.(?:org|com)\b/gi,
          message: (found) => `names the host ${found}: leave it to the settings of the package manager`,
        },
      ])),
    ];
  },
};
