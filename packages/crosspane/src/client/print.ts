import { once } from "node:events";
import { toNotation } from "../values/notation.js";

/** Form of a printed value. */
export interface PrintOptions {
  /** Prints text without quotes, and bytes as they are. */
  readonly raw: boolean;
  /** Prints a value on one line. */
  readonly compact: boolean;
}

/** Prints a value to standard output and waits while its reader is slow. */
export async function printValue(value: unknown, { raw, compact }: PrintOptions): Promise<void> {
  if (raw && value instanceof Uint8Array) return write(value);
  if (raw && typeof value === "string") return write(`${value}\n`);
  await write(`${printable(JSON.stringify(toNotation(value), undefined, compact ? 0 : 2))}\n`);
}

/** Prints one line. */
export function printLine(text: string): Promise<void> {
  return write(`${printable(text)}\n`);
}

/**
 * Returns text with control characters as JSON escapes. Names and messages of a peer must not
 * control the terminal.
 */
export function printable(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

async function write(data: string | Uint8Array): Promise<void> {
  const { stdout } = process;
  if (stdout.destroyed || stdout.write(data)) return;
  await once(stdout, "drain");
}
