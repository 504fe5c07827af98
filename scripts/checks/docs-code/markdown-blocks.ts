/** A fenced code block of a Markdown page. */
export interface MarkdownBlock {
  /** The text after the fence: `ts`, `ts inventory.service.ts`. */
  readonly info: string;
  readonly code: string;
  /** The line of the first line of code, counted from 1. */
  readonly line: number;
  /** The nearest heading above the block, or "". */
  readonly heading: string;
}

/** Reads the fenced blocks of a page. Fences may be indented, as in a list. */
export function markdownBlocks(page: string): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let heading = "";
  let open:
    | { readonly fence: string; readonly info: string; readonly line: number; readonly indent: RegExp }
    | undefined;
  let code: string[] = [];
  for (const [index, line] of page.replaceAll("\r\n", "\n").split("\n").entries()) {
    if (open !== undefined) {
      if (line.trim() === open.fence) {
        blocks.push({ info: open.info, code: `${code.join("\n")}\n`, line: open.line, heading });
        open = undefined;
      } else {
        code.push(line.replace(open.indent, ""));
      }
      continue;
    }
    const [, spaces = "", fence, info = ""] = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/.exec(line) ?? [];
    if (fence !== undefined) {
      open = { fence, info: info.trim(), line: index + 2, indent: new RegExp(`^\\s{0,${spaces.length}}`) };
      code = [];
    } else {
      heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1]?.trim() ?? heading;
    }
  }
  return blocks;
}
