import { RpcError } from "@crosspane/core/transport";
import { readSignature, type Signature } from "./authenticode.js";
import { createFile, waitForSingleObject } from "./kernel32.js";
import { OwnedHandle } from "./owned-handle.js";
import { identifyProgram, openProcess, type ProgramIdentity } from "./process-identity.js";

const genericRead = 0x8000_0000;
/** Nobody may write while the file is read; who has it open to rename it may. */
const shareReadAndDelete = 0x1 | 0x4;
const openExisting = 3;
/** `WAIT_TIMEOUT`: https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject */
const waitTimeout = 258;

/** So many processes are remembered; the oldest is forgotten first. */
const maxRemembered = 256;

/** What was found out of a process: its program stays the same as long as it lives. */
const remembered = new Map<string, Signature>();

/**
 * Who signed the program of a process that lives, once for each process: blocks this thread while it reads the whole file, and answers from memory
 * afterwards. The file is that at the path which the system names for the process, while it is open here: nobody writes to it meanwhile.
 * A program that may rename the file of its own process and lay another in its place can pass that one off as its own, if the
 * system goes on to name the old path.
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
    return { problem: `who signed its program cannot be read: ${RpcError.from(thrown).message}` };
  }
}

/** @throws {RpcError} for what another attempt may mend: not remembered. */
function verify({ processId, startTime, imagePath }: ProgramIdentity): Signature {
  // To open it would wait for another machine, and prove to that one who this user is: the peer chooses which.
  if (isOnNetwork(imagePath)) return { problem: `its program ${imagePath} does not lie on this machine` };
  using process = openProcess(processId);
  using file = OwnedHandle.from(
    createFile(imagePath, genericRead, shareReadAndDelete, null, openExisting, 0, 0),
    "CreateFileW",
    imagePath,
  );
  // Asked after the file was opened: nobody writes to the program of a process that lives, nor to a file that is open so.
  const now = identifyProgram(process.value, processId);
  if (now.startTime !== startTime || waitForSingleObject(process.value, 0) !== waitTimeout) {
    throw new RpcError("unavailable", `process ${processId} has ended`);
  }
  if (now.imagePath !== imagePath) {
    throw new RpcError("unavailable", `the program of process ${processId} was moved to ${now.imagePath}`);
  }
  return readSignature(imagePath, file.value);
}

/** A path that begins with the name of a machine; `\\?\` and `\\.\` begin those of devices of this one. */
function isOnNetwork(imagePath: string): boolean {
  return /^\\\\(?![?.]\\(?!UNC\\))/i.test(imagePath);
}
