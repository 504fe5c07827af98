import { RpcError } from "@crosspane/core/transport";
import { readSignature, type Signature } from "./authenticode.js";
import { createFile, waitForSingleObject } from "./kernel32.js";
import { OwnedHandle } from "./owned-handle.js";
import { identifyProgram, openProcess, type ProgramIdentity } from "./process-identity.js";

const genericRead = 0x8000_0000;
/** Others may not write to the file while it is read; they may have it open to rename it. */
const shareReadAndDelete = 0x1 | 0x4;
const openExisting = 3;
/**
 * `WAIT_TIMEOUT`:
 * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject
 */
const waitTimeout = 258;

/** Limit of remembered signatures; the oldest is forgotten first. */
const maxRemembered = 256;

/** Signatures by process: the program of a process stays the same as long as it lives. */
const remembered = new Map<string, Signature>();

/**
 * Returns the signature of the program of a living process. The first call for a process blocks
 * this thread while it reads the whole file; later calls answer from memory. The file is the one at
 * the path that the system reports for the process. It is held open, so it cannot be written to
 * meanwhile. A program that may rename the file of its own process and put another in its place can
 * pass that one off as its own, if the system still reports the old path.
 */
export function programSignature(program: ProgramIdentity): Signature {
  const key = `${program.processId} ${program.startTime} ${program.imagePath}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  try {
    const signature = verify(program);
    const [oldest] = remembered.keys();
    if (remembered.size >= maxRemembered && oldest !== undefined) remembered.delete(oldest);
    remembered.set(key, signature);
    return signature;
  } catch (thrown) {
    return { problem: `the signature of its program cannot be read: ${RpcError.from(thrown).message}` };
  }
}

/**
 * @throws {RpcError} for an error that another attempt may not meet again; it is not remembered.
 */
function verify({ processId, startTime, imagePath }: ProgramIdentity): Signature {
  // Opening it would wait for another machine, which the peer chooses, and prove this user's
  // identity to it.
  if (isOnNetwork(imagePath)) return { problem: `its program ${imagePath} is not on this machine` };
  using process = openProcess(processId);
  using file = OwnedHandle.from(
    createFile(imagePath, genericRead, shareReadAndDelete, null, openExisting, 0, 0),
    "CreateFileW",
    imagePath,
  );
  // Checked after the file was opened: neither the program of a living process nor a file that is
  // open this way can be written to.
  const now = identifyProgram(process.value, processId);
  if (now.startTime !== startTime || waitForSingleObject(process.value, 0) !== waitTimeout) {
    throw new RpcError("unavailable", `process ${processId} has ended`);
  }
  if (now.imagePath !== imagePath) {
    throw new RpcError("unavailable", `the program of process ${processId} was moved to ${now.imagePath}`);
  }
  return readSignature(imagePath, file.value);
}

/**
 * True for a path that begins with the name of a machine; `\\?\` and `\\.\` begin paths of local
 * devices.
 */
function isOnNetwork(imagePath: string): boolean {
  return /^\\\\(?![?.]\\(?!UNC\\))/i.test(imagePath);
}
