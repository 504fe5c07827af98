import { lstat, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";

/** The file system's own view of a folder. */
export interface Survey {
  /** The real path of the folder. */
  readonly root: string;
  /** In the order of paths. */
  readonly files: readonly SurveyedFile[];
  readonly folders: number;
  readonly links: number;
}

export interface SurveyedFile {
  readonly path: string;
  readonly byteCount: number;
}

/**
 * Counts independently, to check the index: another walk, that shares no code with the server's. It
 * counts the same things: links are not followed, not even those that the system shows as folders.
 */
export async function surveyFolder(folder: string): Promise<Survey> {
  const root = await realpath(folder);
  const files: SurveyedFile[] = [];
  let folders = 0;
  let links = 0;

  async function countIn(prefix: string): Promise<void> {
    const dirents = await readdir(join(root, prefix), { withFileTypes: true });
    await Promise.all(
      dirents.map(async (dirent) => {
        const path = `${prefix}${dirent.name}`;
        const onDisk = join(root, path);
        if (dirent.isFile()) {
          files.push({ path, byteCount: (await lstat(onDisk)).size });
        } else if (dirent.isDirectory() && (await realpath(onDisk)) === onDisk) {
          folders += 1;
          await countIn(`${path}/`);
        } else if (dirent.isDirectory() || dirent.isSymbolicLink()) {
          links += 1;
        }
      }),
    );
  }

  await countIn("");
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { root, files, folders, links };
}
