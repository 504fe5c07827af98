/**
 * Relays bytes between the two pipes that each line of its input names, in both directions. Ends
 * with its input.
 */
import { Socket } from "node:net";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin });
lines.on("line", (descriptors) => {
  const [a, b] = descriptors.split(" ").map((fd) => new Socket({ fd: Number(fd), allowHalfOpen: true }));
  if (a === undefined || b === undefined) throw new Error("a line names two descriptors");
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.end());
  }
});
lines.on("close", () => process.exit(0));
process.stdout.write("ready\n");
