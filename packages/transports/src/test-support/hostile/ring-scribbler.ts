/**
 * A client of `shm:` that does a real handshake and then overwrites cursors, flags and lengths of
 * the rings at random: `ring-scribbler.ts ENDPOINT MILLISECONDS`. When its link is ended, as
 * expected, it opens another one. Prints the number of links.
 */
import { Load } from "../load/load-service.js";

interface Memory {
  readonly byteLength: number;
  store(offset: number, word: number): void;
  write(offset: number, bytes: Uint8Array): void;
}

const [endpoint = "", milliseconds = "0"] = process.argv.slice(2);
const built = (path: string) => import(new URL(`../../../dist/${path}`, import.meta.url).href);
const { FileMapping } = (await built("win32/file-mapping.js")) as {
  FileMapping: { create(...args: unknown[]): { readonly memory: Memory } };
};
let memory: Memory | undefined;
const { create } = FileMapping;
FileMapping.create = (...args) => {
  const mapping = create.apply(FileMapping, args);
  memory = mapping.memory;
  return mapping;
};
const { connect } = await import("@crosspane/transports");

const end = performance.now() + Number(milliseconds);
let links = 0;
// Some links at least, however slow the machine is.
while (performance.now() < end || links < 6) {
  try {
    const connection = await connect(endpoint, { timeoutMs: 2_000, onError: () => {} });
    links++;
    const load = connection.client(Load);
    // Keeps messages in flight in both rings.
    const traffic = setInterval(() => void load.echo(new Uint8Array(5_000)).catch(() => {}), 1);
    const scribbling = setInterval(() => scribble(memory as Memory), 1);
    const isOver = connection.closed.then(() => true);
    await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 200))]);
    clearInterval(traffic);
    clearInterval(scribbling);
    connection.abort();
  } catch {
    // The server refused memory that was corrupted already, or this side found its own link broken.
  }
}
process.stdout.write(`${links}\n`);
process.exit(0);

/** Overwrites mostly control words, and bytes in the rings, where the lengths of frames are. */
function scribble(target: Memory): void {
  try {
    for (let i = 0; i < 4; i++) {
      target.store(4 * Math.floor(Math.random() * 512), Math.floor(Math.random() * 2 ** 32) | 0);
      const at = 4096 + 8 * Math.floor(Math.random() * ((target.byteLength - 4096 - 64) / 8));
      target.write(
        at,
        Uint8Array.from({ length: 1 + Math.floor(Math.random() * 64) }, () => Math.random() * 256),
      );
    }
  } catch {
    // The memory was unmapped: the link is over.
  }
}
