import type { Server } from "@crosspane/core";
import {
  type ConformanceTarget,
  conformanceCases,
  runConformanceCase,
  serveConformance,
} from "@crosspane/core/testing";
import type { Transport } from "@crosspane/core/transport";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { resolveTransport } from "./endpoint.js";
import { PortAddress } from "./test-support/message-port/port-address.js";
import { startServerProcess } from "./test-support/server-process.js";
import { PooledStdio } from "./test-support/stdio/pooled-stdio.js";
import { type Addresses, addresses, withMessagePort, withStdio } from "./test-support/targets.js";

/** A running conformance server, and how to end it. */
interface Running {
  readonly transport: Transport;
  stop(): Promise<void>;
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

    test.each(conformanceCases.map((testCase) => [testCase.group, testCase.name, testCase] as const))(
      "%s: %s",
      async (_group, _name, testCase) => {
        const target: ConformanceTarget = { transport: running.transport, unused: address.unused };
        await runConformanceCase(testCase, target);
      },
    );
  });
}

for (const address of addresses) {
  suite(`${address.name}, in one process`, address, inThisProcess);
  if (address.betweenProcesses) suite(`${address.name}, between two processes`, address, inAnotherProcess);
}

describe.runIf(withStdio)("stdio, between two processes", () => {
  const pool = new PooledStdio();
  const target: ConformanceTarget = { transport: pool.transport, unused: () => pool.unused() };
  beforeEach(() => pool.renew());
  afterAll(() => pool.stop());

  test.each(conformanceCases.map((testCase) => [testCase.group, testCase.name, testCase] as const))(
    "%s: %s",
    (_group, _name, testCase) => runConformanceCase(testCase, target),
  );
});

describe.runIf(withMessagePort)("message-port, in one process", () => {
  const unused = () => new PortAddress().transport;
  const transport = unused();
  let server: Server;
  beforeAll(async () => {
    server = await serveConformance(transport);
  });
  afterAll(() => server.close());

  test.each(conformanceCases.map((testCase) => [testCase.group, testCase.name, testCase] as const))(
    "%s: %s",
    (_group, _name, testCase) => runConformanceCase(testCase, { transport, unused }),
  );
});
