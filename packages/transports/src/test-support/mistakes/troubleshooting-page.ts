import type { Mistake, MistakeGroup } from "./mistake.js";

const begin = "<!-- mistakes: written by `npx vitest run mistakes -u` -->";
const end = "<!-- end of mistakes -->";

/** Returns the page with the tables of these mistakes between its two marks. */
export function withMistakes(page: string, groups: readonly MistakeGroup[]): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no "${begin}" followed by "${end}"`);
  const tables = groups.map(({ title, mistakes }) => `### ${title}\n\n${tableOf(mistakes)}\n`);
  return `${page.slice(0, from)}${begin}\n\n${tables.join("\n")}\n${page.slice(to)}`;
}

function tableOf(mistakes: readonly Mistake[]): string {
  const rows = mistakes.map(({ error, code, cause, remedy, reported }) => {
    const where = reported === true ? `\`${code}\`, at the server's \`onError\`` : `\`${code}\``;
    return [codeSpan(error), where, cause, remedy];
  });
  const all = [["error", "code", "cause", "remedy"], ["---", "---", "---", "---"], ...rows];
  return all.map((cells) => `| ${cells.map(escaped).join(" | ")} |`).join("\n");
}

/** Quotes a text that may contain backticks itself. */
function codeSpan(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
