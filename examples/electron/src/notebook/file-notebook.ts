import { randomUUID } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";
import { EventChannel, RpcError, type Subscription } from "@crosspane/core";
import type { Note, Notebook, NoteChange } from "../notebook.service.js";

/** A notebook in a file, to which each change is appended as a line. */
export class FileNotebook implements Notebook {
  readonly #file: string;
  readonly #notes: Map<string, Note>;
  readonly #changes = new EventChannel<NoteChange>();
  #written: Promise<void> = Promise.resolve();

  private constructor(file: string, notes: Map<string, Note>) {
    this.#file = file;
    this.#notes = notes;
  }

  static async open(file: string): Promise<FileNotebook> {
    return new FileNotebook(file, await readNotes(file));
  }

  async add(text: string): Promise<Note> {
    if (text.trim() === "") throw new RpcError("invalidArgument", "a note needs a text");
    const note = { id: randomUUID(), at: new Date(), text };
    await this.#change({ kind: "added", note });
    return note;
  }

  async remove(id: string): Promise<void> {
    const note = this.#notes.get(id);
    if (note === undefined) throw new RpcError("notFound", `there is no note ${id}`);
    await this.#change({ kind: "removed", note });
  }

  async *find(words = ""): AsyncGenerator<Note> {
    const wanted = words.toLowerCase().split(/\s+/);
    for (const note of [...this.#notes.values()].reverse()) {
      if (wanted.every((word) => note.text.toLowerCase().includes(word))) yield note;
    }
  }

  async watch(onChange: (change: NoteChange) => void): Promise<Subscription> {
    return this.#changes.subscribe(onChange);
  }

  /** Notifies the others after the change is in the file. */
  #change(change: NoteChange): Promise<void> {
    const written = this.#written.then(async () => {
      await appendFile(this.#file, `${JSON.stringify(change)}\n`);
      apply(this.#notes, change);
      void this.#changes.emit(change);
    });
    this.#written = written.catch(() => {});
    return written;
  }
}

function apply(notes: Map<string, Note>, { kind, note }: NoteChange): void {
  if (kind === "added") notes.set(note.id, note);
  else notes.delete(note.id);
}

async function readNotes(file: string): Promise<Map<string, Note>> {
  const notes = new Map<string, Note>();
  const lines = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  for (const line of lines.split("\n")) {
    if (line === "") continue;
    const { kind, note } = JSON.parse(line) as NoteChange;
    apply(notes, { kind, note: { ...note, at: new Date(note.at) } });
  }
  return notes;
}
