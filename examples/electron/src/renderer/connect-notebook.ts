import { type Connection, connect } from "@crosspane/core";
import { type GetPort, messagePort } from "@crosspane/transports/message-port";
import { Notebook } from "../notebook.crosspane.js";
import type { Note } from "../notebook.service.js";

export interface OpenNotebook {
  readonly notebook: Notebook;
  readonly connection: Connection;
}

/**
 * Connects to a notebook over a port.
 * @param show gets all notes, the newest first, at the beginning and after each change by any
 * window
 */
export async function connectNotebook(
  getPort: GetPort,
  show: (notes: readonly Note[]) => void,
): Promise<OpenNotebook> {
  const connection = await connect(messagePort(getPort));
  const notebook = connection.client(Notebook);
  let notes: Note[] = [];
  // It subscribes before it reads, so that it misses no change.
  await notebook.watch(({ kind, note }) => {
    notes = notes.filter(({ id }) => id !== note.id);
    if (kind === "added") notes.unshift(note);
    show(notes);
  });
  for await (const note of notebook.find()) {
    if (!notes.some(({ id }) => id === note.id)) notes.push(note);
  }
  show(notes);
  return { notebook, connection };
}
