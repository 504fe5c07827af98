import {
  type ConformanceTarget,
  conformanceCases,
  runConformanceCase,
  serveConformance,
} from "@crosspane/core/testing";
import type { Transport } from "@crosspane/core/transport";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { resolveTransport } from "../endpoint.js";
import { PortAddress } from "./message-port/port-address.js";
import { PortWorker } from "./message-port/port-worker.js";
import { startServerProcess } from "./server-process.js";
import { PooledStdio } from "./stdio/pooled-stdio.js";
import { type Addresses, addresses, type TransportName, withMessagePort, withStdio } from "./targets.js";

/** A running conformance server and the means to stop it. */
interface Running {
  readonly transport: Transport;
  stop(): Promise<void>;
}

/**
 * Runs every case over a transport that has addresses: with client and server in one process, and
 * between two processes if another process can reach it. Skips all of them if this system does not
 * have the transport or `CROSSPANE_TRANSPORTS` does not name it.
 *
 * Each transport calls this in a test file of its own, so that several run at the same time.
 */
export function conformanceOver(name: TransportName): void {
  const address = addresses.find((each) => each.name === name);
  if (address === undefined) {
    // Vitest fails a file that has no test.
    test.skip(`${name} is not among the transports of this run`, () => {});
    return;
  }
  suite(`${name}, in one process`, address, inThisProcess);
  if (address.betweenProcesses) suite(`${name}, between two processes`, address, inAnotherProcess);
}

/** Runs every case over `stdio:`, between two processes. */
export function conformanceOverStdio(): void {
  describe.runIf(withStdio)("stdio, between two processes", () => {
    const pool = new PooledStdio();
    const target: ConformanceTarget = { transport: pool.transport, unused: () => pool.unused() };
    beforeEach(() => pool.renew());
    afterAll(() => pool.stop());
    caseByCase(() => target);
  });
}

/**
 * Runs every case over `message-port:`, between two threads. Servers that a case starts are in the
 * thread of the client.
 */
export function conformanceOverMessagePort(): void {
  describe.runIf(withMessagePort)("message-port, in one process", () => {
    const worker = new PortWorker();
    const target: ConformanceTarget = {
      transport: worker.transport,
      unused: () => new PortAddress().transport,
    };
    afterAll(() => worker.stop());
    caseByCase(() => target);
  });
}

async function inThisProcess({ unused }: Addresses): Promise<Running> {
  const server = await serveConformance(await unused());
  return { transport: await resolveTransport(server.endpoint), stop: () => server.close() };
}

async function inAnotherProcess({ unused }: Addresses): Promise<Running> {
  const server = await startServerProcess((await unused()).endpoint);
  return { transport: await resolveTransport(server.endpoint), stop: () => server.stop() };
}

function suite(name: string, address: Addresses, start: (address: Addresses) => Promise<Running>): void {
  describe(name, () => {
    let running: Running;
    beforeAll(async () => {
      running = await start(address);
    });
    afterAll(() => running.stop());
    caseByCase(() => ({ transport: running.transport, unused: address.unused }));
  });
}

/** Declares a test for each case. `scripts/conformance` reads the titles. */
function caseByCase(target: () => ConformanceTarget): void {
  test.each(conformanceCases.map((testCase) => [testCase.group, testCase.name, testCase] as const))(
    "%s: %s",
    (_group, _name, testCase) => runConformanceCase(testCase, target()),
  );
}
