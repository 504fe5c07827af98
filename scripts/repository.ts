import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository that this script belongs to. */
export const repository = path.resolve(fileURLToPath(new URL("..", import.meta.url)));
