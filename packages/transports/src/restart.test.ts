import { connect } from "@crosspane/core";
import { Conformance } from "@crosspane/core/testing";
import { describe, expect, test } from "vitest";
import { resolveTransport } from "./endpoint.js";
import { patient } from "./test-support/patient.js";
import { startServerProcess } from "./test-support/server-process.js";
import { addresses } from "./test-support/targets.js";

/** `CROSSPANE_RESTARTS=100` for the long run. */
const restarts = Number(process.env["CROSSPANE_RESTARTS"] ?? 5);

describe.each(addresses.filter(({ betweenProcesses }) => betweenProcesses))("over $name", ({ unused }) => {
  test("a server that is killed repeatedly is restarted each time, under the same name", {
    timeout: 180_000 + restarts * 20_000,
  }, async () => {
    let endpoint = (await unused()).endpoint;
    let answered = 0;
    for (let i = 0; i < restarts; i++) {
      const server = await startServerProcess(endpoint);
      endpoint = server.endpoint;
      const connection = await connect(await resolveTransport(endpoint), patient);
      if ((await connection.client(Conformance).add(i, 1)) === i + 1) answered++;
      // Idle for a moment: docs/testing.md describes what Wine does to busy ones over TCP.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await server.kill();
      expect(await connection.closed).toMatchObject({ error: { code: "unavailable" } });
      await connection.close();
    }
    expect(answered).toBe(restarts);
  });
});
