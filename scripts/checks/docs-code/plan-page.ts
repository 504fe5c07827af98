import type { Finding } from "../check.ts";
import type { MarkdownBlock } from "./markdown-blocks.ts";

/** A block that becomes a file. */
export interface PlannedFile {
  /** Relative to the page's own folder. */
  readonly name: string;
  readonly block: MarkdownBlock;
}

export interface PagePlan {
  readonly files: readonly PlannedFile[];
  readonly findings: readonly Finding[];
}

/** Decides what each TypeScript block of a page becomes. */
export function planPage(page: string, blocks: readonly MarkdownBlock[]): PagePlan {
  const files: PlannedFile[] = [];
  const findings: Finding[] = [];
  for (const block of blocks) {
    const [language = "", ...rest] = block.info.split(/\s+/);
    if (!["ts", "typescript"].includes(language) || isViolation(page, block)) continue;
    const info = rest.join(" ");
    const problem = (message: string) => findings.push({ file: page, line: block.line - 1, message });
    if (/^fragment\b/.test(info)) {
      if (!/^fragment: \S/.test(info)) problem("is a fragment without a reason: write `ts fragment: REASON`");
      continue;
    }
    const comment = /^\/\/ file: (\S+)/.exec(block.code)?.[1];
    const name = info === "" ? (comment ?? `block-at-line-${block.line}.ts`) : info;
    if (!/^(?:[\w-]+\/)*[\w.-]+\.ts$/.test(name)) {
      problem(`has "${name}" beside its language: write \`ts\`, \`ts FILE.ts\` or \`ts fragment: REASON\``);
    } else if (files.some((file) => file.name === name)) {
      problem(`is a second ${name} on this page: give it a name of its own`);
    } else {
      files.push({ name, block });
    }
  }
  return { files, findings };
}

/** Pages of diagnostics show invalid code; a test of codegen compares each with its diagnostic. */
function isViolation(page: string, { heading }: MarkdownBlock): boolean {
  return /^docs\/diagnostics\//.test(page) && heading === "Violation";
}
