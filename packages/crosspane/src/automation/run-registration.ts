import { registerAutomation, unregisterAutomation } from "@crosspane/bridges/automation";
import { RpcError } from "@crosspane/core";
import { printError } from "../client/run-command.js";
import { exitCodes } from "../exit-codes.js";

/** Flags that name a class. */
export interface RegistrationFlags {
  readonly clsid: string;
  readonly machine?: boolean;
}

/** Flags of the command `automation register`. */
export interface RegisterFlags extends RegistrationFlags {
  readonly command: string;
  readonly description?: string;
}

/** Registers a class; prints an error and returns the exit code. */
export async function runRegister(progId: string, flags: RegisterFlags): Promise<number> {
  const { command, description } = flags;
  return run(() =>
    registerAutomation({
      ...classOf(progId, flags),
      command,
      ...(description === undefined ? {} : { description }),
    }),
  );
}

/** Removes a class; prints an error and returns the exit code. */
export async function runUnregister(progId: string, flags: RegistrationFlags): Promise<number> {
  return run(() => unregisterAutomation(classOf(progId, flags)));
}

function classOf(progId: string, { clsid, machine }: RegistrationFlags) {
  return { progId, clsid, scope: machine === true ? "machine" : "user" } as const;
}

async function run(change: () => Promise<void>): Promise<number> {
  try {
    await change();
    return exitCodes.ok;
  } catch (thrown) {
    const { code, message } = RpcError.from(thrown);
    printError(message);
    return code === "invalidArgument" ? exitCodes.usage : exitCodes.failed;
  }
}
