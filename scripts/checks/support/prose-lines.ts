/** One line of text of a Markdown page. */
export interface ProseLine {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** Returns the lines of a page outside of code blocks and HTML comments. */
export function proseLines(page: string): readonly ProseLine[] {
  const lines: ProseLine[] = [];
  let end: RegExp | undefined;
  for (const [index, text] of page.split(/\r?\n/).entries()) {
    if (end !== undefined) {
      if (end.test(text)) end = undefined;
      continue;
    }
    const fence = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    if (fence !== undefined) end = new RegExp(`^\\s*${fence}\\s*$`);
    else if (/^\s*<!--/.test(text)) end = /-->/.test(text) ? undefined : /-->/;
    else lines.push({ line: index + 1, text });
  }
  return lines;
}
