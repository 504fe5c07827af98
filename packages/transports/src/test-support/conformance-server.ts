/**
 * A conformance server as a program: `conformance-server.ts ENDPOINT`. Prints its endpoint. Ends
 * when its standard input ends, so that it never outlives a test run.
 */
import { serveConformance } from "@crosspane/core/testing";
import { resolveTransport } from "@crosspane/transports";

const server = await serveConformance(await resolveTransport(process.argv[2] ?? ""));
process.stdout.write(`${server.endpoint}\n`);
process.stdin.resume().on("end", async () => {
  await server.close();
  process.exit(0);
});
