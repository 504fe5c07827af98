import { stat } from "node:fs/promises";
import { nodeErrorCode } from "../node-error.js";

/** What a look at a pipe ends with where it is seen as a folder, and where all its instances are in use. */
const codesOfPipes = ["EISDIR", "EBUSY"];

/**
 * Asks whether there is a Windows pipe at a path, without waiting for an instance of it. A server may see a client that says
 * nothing and leaves. An answer that is neither leaves the decision to whoever makes the pipe.
 */
export async function hasPipe(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    return codesOfPipes.includes(nodeErrorCode(error) ?? "");
  }
}
