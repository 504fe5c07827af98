import { writeSync } from "node:fs";
import { type CrashPoint, describePoint, type Tally } from "./crash-point.js";

/** Prefix of the line that a victim prints right before it ends itself. */
export const crashMark = "crashed ";

/** Counts the operations of this process, and ends it at one of them. */
export class Operations {
  phase = "open";
  point: CrashPoint | undefined;
  readonly #counts = new Map<string, number>();

  get tally(): Tally {
    return Object.fromEntries(this.#counts);
  }

  /** Runs one operation. */
  run<T>(kind: string, operation: () => T): T {
    const { phase } = this;
    const key = `${phase}/${kind}`;
    const number = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, number);
    const passed = { phase, kind, number };
    this.#reach({ ...passed, side: "before" });
    const result = operation();
    this.#reach({ ...passed, side: "after" });
    return result;
  }

  /** Replaces methods of a class or an object by counting ones. */
  watch(owner: object, methods: Readonly<Record<string, string | ((...args: never[]) => string)>>): void {
    const operations = this;
    for (const [method, kind] of Object.entries(methods)) {
      const original = Reflect.get(owner, method) as (...args: unknown[]) => unknown;
      Reflect.set(owner, method, function (this: unknown, ...args: never[]) {
        const name = typeof kind === "string" ? kind : kind(...args);
        return operations.run(name, () => original.apply(this, args));
      });
    }
  }

  #reach({ phase, kind, number, side }: CrashPoint): void {
    const { point } = this;
    if (point?.phase === phase && point.kind === kind && point.number === number && point.side === side) {
      writeSync(1, `${crashMark}${describePoint(point)}\n`);
      die();
    }
  }
}

/**
 * Ends this process like a crash: no handler runs, nothing is flushed, the system closes what is
 * open.
 */
function die(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;) {
    // Nothing may run after it.
  }
}
