import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect } from "vitest";

/** Resources that a transport could leak: sockets, servers, pipes, their requests and timers. */
const kinds = /TCP|Pipe|Server|Connect|Shutdown|Timeout/;

function openResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (kinds.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Fails each test of the file that leaves more of them open than before it. */
export function failOnLeaks(): void {
  let before = new Map<string, number>();
  // The test runner's own timers come and go, so fewer than before is not a finding.
  const leaked = () =>
    [...openResources()].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
  beforeEach(() => {
    before = openResources();
  });
  afterEach(async () => {
    // The event loop needs a few turns to release what was closed last.
    for (let turn = 0; turn < 200 && leaked().length > 0; turn++) await sleep(10);
    expect(leaked()).toEqual([]);
  });
}
