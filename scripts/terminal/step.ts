import { showBusy } from "../bootstrap/show-busy.mjs";

/** Shows the current activity. */
export type Note = (text: string) => void;

/** Runs the work and shows on stderr its progress and its outcome. */
export async function step<T>(title: string, work: (note: Note) => Promise<T>): Promise<T> {
  const busy = showBusy(title);
  let isDone = false;
  try {
    const result = await work((text) => busy.note(text));
    isDone = true;
    return result;
  } finally {
    busy.end(isDone);
  }
}
