import type { Connection } from "@crosspane/core";
import { Command, InvalidArgumentError } from "commander";
import { type ConnectionFlags, withConnectionFlags } from "./connection-flags.js";
import { printLine } from "./print.js";
import { type CommandContext, runCommand } from "./run-command.js";

interface PingFlags extends ConnectionFlags {
  readonly count: number;
}

/** Makes the command `ping`. */
export function pingCommand(onExit: (code: number) => void): Command {
  const command = new Command("ping")
    .description("connect, say who answers over which transport, and measure round trips")
    .argument("<endpoint>", "such as pipe:NAME, shm:NAME, auto:NAME, tcp://127.0.0.1:PORT")
    .option("-n, --count <number>", "round trips", parseCount, 4);
  return withConnectionFlags(command).action(async (endpoint: string, flags: PingFlags) => {
    const started = performance.now();
    const prepare = async () => undefined;
    const run = async (_: undefined, { connection, signal }: CommandContext) => {
      await printLine(`connected in ${(performance.now() - started).toFixed(1)} ms`);
      for (const line of peerLines(connection)) await printLine(line);
      const times: number[] = [];
      for (let i = 0; i < flags.count; i++) {
        const before = performance.now();
        await connection.flush({ signal });
        times.push(performance.now() - before);
      }
      times.sort((a, b) => a - b);
      const at = (share: number) => (times[Math.floor((times.length - 1) * share)] as number).toFixed(3);
      await printLine(
        `${times.length} round trips: ${at(0)} ms least, ${at(0.5)} ms median, ${at(1)} ms most`,
      );
    };
    onExit(await runCommand(endpoint, flags, { prepare, run }));
  });
}

function peerLines({ transport, peer, peerServices }: Connection): readonly string[] {
  // The line above has the transport and the address.
  const { transport: _, address: __, ...identity } = peer;
  const facts = Object.entries(identity).filter(([, value]) => value !== undefined);
  return [
    `transport: ${transport.endpoint}`,
    ...transport.skipped.map(({ endpoint, error }) => `  not ${endpoint}: ${error.message}`),
    `peer: ${facts.map(([name, value]) => `${name} ${String(value)}`).join(", ") || "unknown"}`,
    `services: ${peerServices.map(({ name }) => name).join(", ") || "none"}`,
  ];
}

function parseCount(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return number;
}
