/**
 * Checks that no note of unfinished work is committed, and no test that disables all others of its
 * file.
 */
import type { Check } from "./check.ts";
import { repositoryFiles } from "./support/repository-files.ts";
import { searchText } from "./support/text-search.ts";

export const leftovers: Check = {
  name: "leftovers",
  title: "nothing is left unfinished",
  run: async (root) => {
    const files = await repositoryFiles(root);
    const texts = files.filter((file) => /\.(m?[jt]s|sh|ya?ml|md)$/.test(file));
    const tests = files.filter((file) => /\.test\.ts$/.test(file));
    return [
      ...(await searchText(root, texts, [
        {
          pattern: /\b(?:TO[D]O|FI[X]ME|X[X]X)\b/g,
          message: (found) => `has a ${found}: do it, or say plainly what does not work`,
        },
      ])),
      ...(await searchText(root, tests, [
        {
          pattern: /\b(?:describe|test|it)\b[.\w]*\.only\b/g,
          message: (found) => `has ${found}, so the other tests of the file do not run: remove it`,
        },
      ])),
    ];
  },
};
