import { expect, test } from "vitest";
import { connect } from "../connect/connect.js";
import { memory } from "../testing/index.js";
import { serve } from "./serve.js";

/** Holds a resource with the native statement, which the compilation of tests would replace. */
async function useNatively(resource: AsyncDisposable): Promise<void> {
  const use = new Function("resource", "return (async () => { await using held = resource; })();");
  await (use as (resource: AsyncDisposable) => Promise<void>)(resource);
}

const isKnown = Number(process.versions.node.split(".")[0]) >= 24;

test.runIf(isKnown)("a server and its connections are disposed by a native `await using`", async () => {
  const transport = memory("native-using");
  const server = await serve(transport, []);
  const connection = await connect(transport);
  const reconnecting = await connect(transport, { reconnect: true });
  await useNatively(connection);
  await connection.closed;
  await useNatively(reconnecting);
  await reconnecting.closed;
  await useNatively(server);
  await expect(connect(transport, { timeoutMs: 1 })).rejects.toMatchObject({ code: "unavailable" });
});
