import type { Subscription } from "@crosspane/core";

export interface Note {
  readonly id: string;
  readonly at: Date;
  readonly text: string;
}

/** A change of the notebook; a note that was removed comes with its last text. */
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
  /** @throws {RpcError} `invalidArgument` if there is nothing in it. */
  add(text: string): Promise<Note>;
  /** @throws {RpcError} `notFound` if there is no such note. */
  remove(id: string): Promise<void>;
  /** Those with the words, the newest first; all without any. */
  find(words?: string): AsyncIterable<Note>;
  watch(onChange: (change: NoteChange) => void): Promise<Subscription>;
}
