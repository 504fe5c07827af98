import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tempFolder } from "./temp-folder.js";

/**
 * A folder in which files appear complete: a file that is written in place is sometimes seen empty
 * first.
 */
export async function watchedFolder() {
  const around = await tempFolder();
  const folder = join(around, "watched");
  await mkdir(folder);
  return {
    folder,
    async write(name: string, text: string) {
      await writeFile(join(around, name), text);
      await rename(join(around, name), join(folder, name));
    },
  };
}
