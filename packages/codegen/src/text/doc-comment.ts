/**
 * Returns a doc comment as lines of code.
 *
 * @param lines the text; an empty list gives no comment
 * @param indent spaces before each line
 */
export function formatDocComment(lines: readonly string[], indent: number): string {
  if (lines.length === 0) return "";
  const pad = " ".repeat(indent);
  if (lines.length === 1) return `${pad}/** ${lines[0]} */\n`;
  const body = lines.map((line) => (line === "" ? `${pad} *\n` : `${pad} * ${line}\n`));
  return `${pad}/**\n${body.join("")}${pad} */\n`;
}
