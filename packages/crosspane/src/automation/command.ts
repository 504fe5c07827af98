import { Command } from "commander";
import type { RegisterFlags, RegistrationFlags } from "./run-registration.js";

/** Makes the command `automation`. */
export function automationCommand(onExit: (code: number) => void): Command {
  const command = new Command("automation").description(
    "register classes of COM automation, which @crosspane/bridges/automation offers",
  );
  const withClass = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .argument("<progId>", "name of the class, such as Shop.Stock")
      .requiredOption("--clsid <guid>", "the class id, as the program has it")
      .option("--machine", "for all users of this machine, which needs an administrator")
      .exitOverride();
  withClass("register", "make CreateObject find a class")
    .requiredOption("--command <line>", "command line of the program that offers it, with full paths")
    .option("--description <text>", "name of the class for people")
    .action(async (progId: string, flags: RegisterFlags) => {
      const { runRegister } = await import("./run-registration.js");
      onExit(await runRegister(progId, flags));
    });
  withClass("unregister", "remove a class").action(async (progId: string, flags: RegistrationFlags) => {
    const { runUnregister } = await import("./run-registration.js");
    onExit(await runUnregister(progId, flags));
  });
  return command;
}
