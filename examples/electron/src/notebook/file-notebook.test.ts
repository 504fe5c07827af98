import { join } from "node:path";
import { expect, test } from "vitest";
import type { NoteChange } from "../notebook.service.js";
import { tempFolder } from "../test-support/temp-folder.js";
import { FileNotebook } from "./file-notebook.js";

async function found(notebook: FileNotebook, words?: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of notebook.find(words)) texts.push(text);
  return texts;
}

test("keeps notes, finds words, and reports changes", async () => {
  const file = join(await tempFolder(), "notes.jsonl");
  const notebook = await FileNotebook.open(file);
  const changes: NoteChange[] = [];
  await notebook.watch((change) => void changes.push(change));
  const [first] = await Promise.all([notebook.add("Buy milk"), notebook.add("buy bread\nsoon")]);
  expect(await found(notebook, "BUY soon")).toEqual(["buy bread\nsoon"]);
  await notebook.remove(first.id);
  expect(changes.map(({ kind, note }) => [kind, note.text])).toEqual([
    ["added", "Buy milk"],
    ["added", "buy bread\nsoon"],
    ["removed", "Buy milk"],
  ]);
  expect(await found(await FileNotebook.open(file))).toEqual(["buy bread\nsoon"]);
});

test("refuses invalid notes", async () => {
  const notebook = await FileNotebook.open(join(await tempFolder(), "notes.jsonl"));
  await expect(notebook.add("  ")).rejects.toMatchObject({ code: "invalidArgument" });
  await expect(notebook.remove("x")).rejects.toMatchObject({ code: "notFound" });
});
