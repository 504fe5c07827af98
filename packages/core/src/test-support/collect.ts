import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects garbage at once. */
export const collect = runInNewContext("gc") as () => void;

/** Collects garbage several times, with time for the callbacks of the collector in between. */
export async function collected(): Promise<void> {
  for (let round = 0; round < 10; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
