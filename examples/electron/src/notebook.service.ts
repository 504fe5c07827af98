import type { Subscription } from "@crosspane/core";

export interface Note {
  readonly id: string;
  readonly at: Date;
  readonly text: string;
}

/** A change of the notebook; a removed note comes with its last text. */
export interface NoteChange {
  readonly kind: "added" | "removed";
  readonly note: Note;
}

/**
 * Notes that all windows share.
 *
 * @service
 */
export interface Notebook {
  /**
   * Adds a note.
   * @throws {RpcError} `invalidArgument` if the text is empty.
   */
  add(text: string): Promise<Note>;
  /**
   * Removes a note.
   * @throws {RpcError} `notFound` if the note does not exist.
   */
  remove(id: string): Promise<void>;
  /** Returns the notes with the words, the newest first; all notes without any. */
  find(words?: string): AsyncIterable<Note>;
  watch(onChange: (change: NoteChange) => void): Promise<Subscription>;
}
