/**
 * Checks that every contract's generated module is the output of this commit's generator. A
 * contract that the generator would miss, because no tsconfig below the repository's own includes
 * it, is a failure too.
 */
import path from "node:path";
import { type GenerateResult, generate } from "@crosspane/codegen";
import type { Check, Finding } from "./check.ts";
import { repositoryFiles } from "./support/repository-files.ts";

export const generated: Check = {
  name: "generated",
  title: "generated files are up to date",
  run: async (root) => {
    const result = await generate({ cwd: root, check: true });
    const relative = (file: string) => path.relative(root, file).replaceAll("\\", "/");
    return [
      ...result.diagnostics.map(({ at, id, reason, remedy }) => ({
        file: relative(at.file),
        line: at.line,
        message: `${id}: ${reason}. Remedy: ${remedy}.`,
      })),
      ...result.files
        .filter(({ status }) => status === "drifted")
        .map(({ path: file }) => ({
          file: relative(file),
          message: "is not what the contract generates: run `npx crosspane generate`",
        })),
      ...(await unseen(root, result, relative)),
    ];
  },
};

async function unseen(
  root: string,
  { files, diagnostics }: GenerateResult,
  relative: (file: string) => string,
): Promise<readonly Finding[]> {
  const outputs = new Set(files.map(({ path: file }) => relative(file)));
  const failed = new Set(diagnostics.map(({ contract }) => relative(contract)));
  return (await repositoryFiles(root)).flatMap((file) => {
    if (file.includes("/fixtures/")) return [];
    if (/\.crosspane\.m?ts$/.test(file) && !outputs.has(file)) {
      return [
        {
          file,
          message: "belongs to no contract that tsconfig.json leads to: remove it, or add the tsconfig there",
        },
      ];
    }
    if (!/\.service\.m?ts$/.test(file) || failed.has(file)) return [];
    if (outputs.has(file.replace(/\.service\.(m?ts)$/, ".crosspane.$1"))) return [];
    return [
      {
        file,
        message:
          "is a contract that the generator does not see: tag an interface with @service, and let tsconfig.json lead to its tsconfig",
      },
    ];
  });
}
