import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ConnectOptions, connect } from "@crosspane/core";
import { Conformance, ConformanceCaller, serveConformance } from "@crosspane/core/testing";
import { describe, expect, test } from "vitest";
import { addresses } from "./test-support/targets.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The target of the closures passed to `connect`. */
interface Got {
  client?: Conformance;
}

/** Options whose closures refer to a client of their connection. */
const options: Readonly<Record<string, (got: Got) => ConnectOptions>> = {
  onError: (got) => ({ onError: () => void got.client }),
  services: (got) => ({
    services: [
      ConformanceCaller.implement({
        upper: async (text) => (got.client === undefined ? "" : text),
        heard: () => {},
      }),
    ],
  }),
  reconnect: (got) => ({ reconnect: true, onError: () => void got.client }),
};

describe.each(addresses)("over $name", ({ unused }) => {
  test.each(Object.entries(options))("a closed connection is collected: %s", async (_name, optionsFor) => {
    const transport = await unused();
    const server = await serveConformance(transport);
    // A function of its own, so that no variable of the test holds the connection.
    const useAndClose = async () => {
      const got: Got = {};
      const connection = await connect(transport, optionsFor(got));
      connection.onStateChange(() => void got.client);
      got.client = connection.client(Conformance);
      expect(await got.client.add(1, 2)).toBe(3);
      await connection.close();
      return new WeakRef(got);
    };
    const closed = await useAndClose();
    await expect
      .poll(() => {
        collect();
        return closed.deref() === undefined;
      })
      .toBe(true);
    await server.close();
  });
});
