/**
 * Checks that the code on the pages compiles. Every TypeScript block of every Markdown page is
 * type-checked under `strict` against the built packages:
 *
 * - a block is a module of its own; ```` ```ts NAME.ts ```` or a first line `// file: NAME.ts`
 *   names it, so that other blocks of the page can import it;
 * - if a page imports `./NAME.crosspane.js`, its `NAME.service.ts` is generated first;
 * - files that a page does not define are looked up beside the page, so that an example's README
 *   can import its files;
 * - ```` ```ts fragment: REASON ```` is not checked.
 */
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { generate } from "@crosspane/codegen";
import { repository } from "../repository.ts";
import type { Check, Finding } from "./check.ts";
import { type MarkdownBlock, markdownBlocks } from "./docs-code/markdown-blocks.ts";
import { packagePaths } from "./docs-code/package-paths.ts";
import { planPage } from "./docs-code/plan-page.ts";
import { typeCheck } from "./docs-code/type-check.ts";
import { repositoryFiles } from "./support/repository-files.ts";

/** A block as a file. */
interface WrittenBlock {
  /** Absolute, with forward slashes. */
  readonly path: string;
  readonly page: string;
  readonly block: MarkdownBlock;
}

export const docsCode: Check = {
  name: "docs-code",
  title: "the code of the pages compiles",
  run: async (root) => {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), "crosspane-docs-code-")));
    try {
      return await checkPages(root, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function checkPages(root: string, folder: string): Promise<readonly Finding[]> {
  await writeFile(path.join(folder, "package.json"), `{ "type": "module" }\n`);
  const compilerOptions = {
    strict: true,
    module: "NodeNext",
    target: "ES2023",
    lib: ["ES2024", "ESNext.Disposable"],
    types: ["node"],
    typeRoots: [path.join(repository, "node_modules/@types")],
    paths: packagePaths(root),
  };
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [] }));
  const findings: Finding[] = [];
  const written: WrittenBlock[] = [];
  const pages = (await repositoryFiles(root)).filter(
    (file) => file.endsWith(".md") && !file.includes("/fixtures/"),
  );
  for (const page of pages) {
    const plan = planPage(page, markdownBlocks(await readFile(path.join(root, page), "utf8")));
    findings.push(...plan.findings);
    const blocks = plan.files.map(({ name, block }) => ({
      path: path.join(folder, page.slice(0, -".md".length), name).replaceAll("\\", "/"),
      page,
      block,
    }));
    for (const { path: file, block } of blocks) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, block.code);
    }
    findings.push(...(await generateContracts(folder, blocks)));
    written.push(...blocks);
  }
  return [...findings, ...typeErrors(root, written)];
}

async function generateContracts(
  folder: string,
  blocks: readonly WrittenBlock[],
): Promise<readonly Finding[]> {
  const contracts = blocks.filter(({ path: file }) => file.endsWith(".service.ts"));
  const isUsed = blocks.some(({ block }) => /\.crosspane\.js["']/.test(block.code));
  if (contracts.length === 0 || !isUsed) return [];
  const { diagnostics } = await generate({ cwd: folder, files: contracts.map((contract) => contract.path) });
  return diagnostics.map(({ at, id, reason, remedy }) =>
    findingAt(blocks, { file: at.file, line: at.line - 1 }, `${id}: ${reason}. Remedy: ${remedy}.`),
  );
}

function typeErrors(root: string, blocks: readonly WrittenBlock[]): readonly Finding[] {
  const pages = new Map(blocks.map((block) => [block.path, block.page]));
  const errors = typeCheck({
    files: blocks.map((block) => block.path),
    paths: packagePaths(root),
    besides: (file) => {
      const page = pages.get(file);
      return page === undefined ? undefined : path.join(root, page.replace(/\.md$/, ".ts"));
    },
  });
  return errors.map(({ file, line, message }) => findingAt(blocks, { file, line }, message));
}

/** Phrases a compiler error for the page, whose reader does not know our files. */
function findingAt(
  blocks: readonly WrittenBlock[],
  { file, line }: { readonly file: string | undefined; readonly line: number },
  message: string,
): Finding {
  const found = blocks.find((block) => block.path === file);
  if (found === undefined) return { file: "scripts/checks/docs-code.ts", message };
  return { file: found.page, line: found.block.line + line, message };
}
