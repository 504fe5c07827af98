import { spawn } from "node:child_process";
import { once } from "node:events";

/** The end of a program. */
export interface Ended {
  readonly code: number | null;
  readonly printed: string;
}

/**
 * Runs code of a test in a process of its own, on the built files of this package.
 * @param code a module, in which `built("copy-data/index.js")` imports a built file, and
 * `support("own-windows.ts")` one beside this.
 */
export async function runBuilt(code: string): Promise<Ended> {
  const built = new URL("../../dist/", import.meta.url);
  const beside = new URL("./", import.meta.url);
  const module = `
    const built = (file) => import(${JSON.stringify(built.href)} + file);
    const support = (file) => import(${JSON.stringify(beside.href)} + file);
    ${code}`;
  const hooks = [
    "--disable-warning=ExperimentalWarning",
    "--import",
    new URL("run-sources.mjs", beside).href,
  ];
  const child = spawn(process.execPath, [...hooks, "--input-type=module", "-e", module], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk;
  });
  const [exit] = await once(child, "close");
  return { code: exit, printed };
}
