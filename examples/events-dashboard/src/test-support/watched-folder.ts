import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tempFolder } from "./temp-folder.js";

/** A folder in which files appear as a whole: one that is written in place is seen empty first, now and then. */
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
