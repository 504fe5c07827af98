/**
 * One end of a connection for the proofs of this folder:
 *
 *     conformance-peer.mjs serve ENDPOINT [admit]
 *
 * serves the conformance service until it is killed; over copydata also to programs with fewer
 * rights, with `admit`.
 *
 *     conformance-peer.mjs call ENDPOINT REPORT
 *
 * calls it, writes the result to the file REPORT, and exits with 0 if everything was right.
 */
import { writeFileSync } from "node:fs";
import { Conformance, serveConformance } from "@crosspane/core/testing";
import { connect, resolveTransport } from "@crosspane/transports";
import { copyData } from "@crosspane/transports/copy-data";

// Electron puts its own arguments first.
const [command, endpoint = "", report = ""] = process.argv.slice(
  process.argv.findIndex((argument) => argument.endsWith("conformance-peer.mjs")) + 1,
);

if (command === "serve") {
  const name = endpoint.slice("copydata:".length);
  const transport =
    report === "admit" ? copyData(name, { allowLowerIntegrity: true }) : await resolveTransport(endpoint);
  await serveConformance(transport);
} else {
  try {
    const connection = await connect(endpoint);
    const service = connection.client(Conformance);
    for (let i = 0; i < 1_000; i++) {
      if ((await service.add(i, 1)) !== i + 1) throw new Error("a wrong answer");
    }
    const bytes = new Uint8Array(4 * 1024 * 1024).fill(7);
    if (Buffer.compare(await service.echoBytes(bytes), bytes) !== 0) throw new Error("wrong bytes");
    await connection.close();
    writeFileSync(report, `right, in ${process.versions["electron"] ?? `Node ${process.version}`}`);
    process.exit(0);
  } catch (error) {
    writeFileSync(report, String(error));
    process.exit(1);
  }
}
