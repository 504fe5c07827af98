import { countsOf } from "../counts-of.js";
import type { Conformance } from "./conformance.crosspane.js";
import { type ConformanceCase, ConformanceKit, type ConformanceTarget } from "./conformance-kit.js";
import { observe } from "./observer.js";

/**
 * Runs one case, then checks that nothing of it is left: nothing in flight on its connections, at
 * either end, and after their close no handler and no connection at the server.
 * @throws the finding of the case, or an error that names what was left behind.
 */
export async function runConformanceCase(
  testCase: ConformanceCase,
  target: ConformanceTarget,
): Promise<void> {
  const kit = new ConformanceKit(target);
  try {
    await testCase.run(kit);
    await observe(target.transport, async (service) => {
      await nothingUnderWay(kit, service);
      await kit.finish();
      await nothingLeft(kit, service);
    });
  } finally {
    await kit.finish();
  }
}

/**
 * Waits until nothing is in flight. The work of one side may still be on its way from the other.
 */
async function nothingUnderWay(kit: ConformanceKit, service: Conformance): Promise<void> {
  let left: unknown;
  const settled = kit.until(async () => {
    const here = kit.connections.map((connection) => countsOf(connection));
    const { counts: there } = await service.stats();
    left = { here: here.filter(isTaken), there };
    return !here.some(isTaken) && !isTaken(there);
  }, "connections with nothing under way");
  await orShow(settled, () => left);
}

async function nothingLeft(kit: ConformanceKit, service: Conformance): Promise<void> {
  let left: unknown;
  const gone = kit.until(async () => {
    const stats = await service.stats();
    left = stats;
    return stats.handlers === 0 && stats.connections === 1;
  }, "a server with nothing left of the case (no handler, one connection)");
  await orShow(gone, () => left);
}

function isTaken(counts: object): boolean {
  return Object.values(counts).some((count) => count !== 0);
}

async function orShow(waiting: Promise<void>, left: () => unknown): Promise<void> {
  try {
    await waiting;
  } catch (thrown) {
    throw new Error(`${String(thrown)}: ${JSON.stringify(left())}`, { cause: thrown });
  }
}
