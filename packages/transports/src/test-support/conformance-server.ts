/**
 * A conformance server as a program of its own: `conformance-server.ts ENDPOINT`. Prints where it listens; ends when its standard
 * input does, so that it never outlives a test run.
 */
import { serveConformance } from "@crosspane/core/testing";
import { resolveTransport } from "@crosspane/transports";

const server = await serveConformance(await resolveTransport(process.argv[2] ?? ""));
process.stdout.write(`${server.endpoint}\n`);
process.stdin.resume().on("end", async () => {
  await server.close();
  process.exit(0);
});
