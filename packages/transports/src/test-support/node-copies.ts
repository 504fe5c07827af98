import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A copy of Node in a folder of its own. */
export interface NodeCopy {
  readonly program: string;
  remove(): Promise<void>;
}

/** https://learn.microsoft.com/windows/win32/debug/pe-format */
const signatureOffsetAt = 0x3c;
const certificateTableAt = 4 + 20 + 112 + 4 * 8;

/**
 * Creates a copy of this Node that runs the same. One letter of the text that it shows under MS-DOS
 * is changed, so its signature does not match.
 */
export function changedNode(): Promise<NodeCopy> {
  return copyOfNode((program) => {
    const text = program.indexOf("This program cannot be run in DOS mode", 0, "latin1");
    program.write("t", text, "latin1");
  });
}

/** Creates a copy of this Node that runs the same, without the reference to its signature. */
export function unsignedNode(): Promise<NodeCopy> {
  return copyOfNode((program) => {
    const header = program.readUInt32LE(signatureOffsetAt);
    program.fill(0, header + certificateTableAt, header + certificateTableAt + 8);
  });
}

async function copyOfNode(change: (program: Buffer) => void): Promise<NodeCopy> {
  const bytes = await readFile(process.execPath);
  change(bytes);
  const folder = await mkdtemp(path.join(tmpdir(), "crosspane-node-"));
  // Native modules look for functions of Node in a program of this name.
  const program = path.join(folder, "node.exe");
  await writeFile(program, bytes);
  return {
    program,
    // A program that has just ended may be in use for a moment.
    remove: () => rm(folder, { recursive: true, maxRetries: 20, retryDelay: 100 }),
  };
}
