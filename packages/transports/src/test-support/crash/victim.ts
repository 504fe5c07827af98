/**
 * A process that ends itself in the middle of a conversation. It prepares itself, prints `ready`,
 * reads one line with a {@link VictimOrder}, makes its calls, and dies at the point in the order.
 * Without a point it prints a tally of its operations and ends in order.
 *
 * Its own input and output are files, read and written synchronously, so that every socket in it
 * belongs to a transport.
 */
import { readSync, writeSync } from "node:fs";
import type { Connection } from "@crosspane/transports";
import { converse } from "./conversation.js";
import type { VictimOrder } from "./crash-point.js";
import { Operations } from "./operations.js";
import { watchSystem } from "./watch-system.js";

const operations = new Operations();
await watchSystem(operations);
const { connect, resolveTransport, serve } = await import("@crosspane/transports");
const { loadImplementation } = await import("../load/load-service.js");
for (const kind of process.argv.slice(2)) await resolveTransport(kind).catch(() => {});
writeSync(1, "ready\n");

const order = JSON.parse(readLine()) as VictimOrder;
operations.point = order.point;
if (order.role === "client") {
  const connection = await connect(order.endpoint, {
    services: [loadImplementation],
    onError: () => {},
    timeoutMs: 120_000,
  });
  await talk(connection);
} else {
  const { promise, resolve } = Promise.withResolvers<Connection>();
  const server = await serve(order.endpoint, [loadImplementation], {
    onConnection: resolve,
    onError: () => {},
  });
  writeSync(1, "serving\n");
  await talk(await promise);
  await server.close({ drainMs: 0 });
}
writeSync(1, `tally ${JSON.stringify(operations.tally)}\n`);
process.exit(0);

async function talk(connection: Connection): Promise<void> {
  await converse(connection, (phase) => {
    operations.phase = phase;
  });
  operations.phase = "close";
  await connection.close({ drainMs: 50 });
}

function readLine(): string {
  const bytes = Buffer.alloc(4096);
  let length = 0;
  while (bytes[length - 1] !== 0x0a) {
    const count = readSync(0, bytes, length, bytes.length - length, null);
    if (count === 0) process.exit(0);
    length += count;
  }
  return bytes.toString("utf8", 0, length);
}
