/**
 * A client over shared memory as a program: `shared-memory-client.ts ENDPOINT MODE`. Prints a line
 * when it has done what the mode says, then waits to be killed.
 */
import { connect } from "@crosspane/core";
import { Conformance } from "@crosspane/core/testing";
import { resolveTransport } from "@crosspane/transports";

const [, , endpoint = "", mode = ""] = process.argv;
const transport = await resolveTransport(endpoint);

/** Keeps the program alive without ever answering. */
setInterval(() => {}, 1 << 30);

if (mode === "raw") {
  const connection = await transport.dial(new AbortController().signal);
  connection.start({ message() {}, drained() {}, closed() {} });
  connection.send(Buffer.from("last words"));
} else {
  const connection = await connect(transport, { timeoutMs: 120_000 });
  const service = connection.client(Conformance);
  await service.add(1, 2);
  if (mode === "flood") {
    const flood = async () => {
      for (;;) await service.echoBytes(new Uint8Array(10_000));
    };
    for (let i = 0; i < 32; i++) void flood();
    await service.echoBytes(new Uint8Array(1_000_000));
  }
}
process.stdout.write(`${mode}\n`);
