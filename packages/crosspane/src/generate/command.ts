import type { ImportExtension } from "@crosspane/codegen";
import { Command, Option } from "commander";
import type { GenerateFlags } from "./run-generate.js";

const importExtensions: readonly ImportExtension[] = ["auto", "js", "ts", "none"];

/** Makes the command `generate`. */
export function generateCommand(onExit: (code: number) => void): Command {
  return new Command("generate")
    .description("write NAME.crosspane.ts beside every file with interfaces tagged @service")
    .argument("[files...]", "contract files or globs; by default all files of the tsconfig")
    .option("-p, --project <tsconfig>", "the tsconfig; by default the nearest tsconfig.json")
    .option("-w, --watch", "generate again whenever a contract changes")
    .option("-c, --check", "write nothing, and fail if a generated file is not up to date")
    .addOption(
      new Option("--import-extension <kind>", "how generated code imports the contract")
        .choices(importExtensions)
        .default("auto"),
    )
    .option("-q, --quiet", "print problems only")
    .option("--no-color", "print without colours")
    .action(async (files: readonly string[], flags: GenerateFlags) => {
      // The compiler takes long to load, so help and invalid options do not wait for it.
      const { runGenerate } = await import("./run-generate.js");
      onExit(await runGenerate(files, flags));
    });
}
