import { connect } from "../../../connect/connect.js";
import { withOptions } from "../../../outbound/client-stub.js";
import { defaultLimits } from "../../../transport/limits.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { cases } from "./case.js";

export const limitCases: readonly ConformanceCase[] = cases("limits", {
  "a request over the server's message limit is refused before it is sent": async (kit) => {
    const service = await kit.client();
    const tooLarge = new Uint8Array(defaultLimits.maxMessageBytes);
    await kit.fails(service.echoBytes(tooLarge), "resourceExhausted", "maxMessageBytes", "echoBytes");
    kit.equal(await service.add(1, 1), 2);
  },
  "an answer over the client's message limit fails its call alone": async (kit) => {
    const service = await kit.client({ limits: { maxMessageBytes: 64 * 1024 } });
    await kit.fails(service.produce(65 * 1024), "resourceExhausted", "maxMessageBytes = 65536", "produce");
    kit.equal((await service.produce(64 * 1024 - 16)).length, 64 * 1024 - 16);
  },
  "a raw message over the limit ends the connection": async (kit) => {
    const peer = await kit.raw();
    peer.send(new Uint8Array(defaultLimits.maxHandshakeBytes + 1).fill(0x90));
    await kit.soon(peer.ended(), "the end of the connection");
    kit.equal(peer.received.length, 0);
  },
  "more calls than the limit are refused here, and the rest are answered": async (kit) => {
    const service = await kit.client({ limits: { maxCallsInFlight: 4 } });
    const keys = Array.from({ length: 4 }, () => kit.key());
    const held = keys.map((key) => service.hold(key));
    await kit.fails(service.add(1, 1), "resourceExhausted", "maxCallsInFlight = 4");
    const other = await kit.client();
    await kit.until(async () => (await other.held(keys[3] as string)).started, "the start of the handlers");
    for (const key of keys) await other.release(key);
    await Promise.all(held);
    kit.equal(await service.add(1, 1), 2);
  },
  "a value with more items than the limit fails its call alone": async (kit) => {
    const service = await kit.client();
    const values = new Array<number>(defaultLimits.maxElements + 1).fill(0);
    await kit.fails(service.echoNumbers(values), "resourceExhausted", "maxElements");
    kit.equal(await service.add(1, 1), 2);
  },
  "a value that takes more memory than the limit fails its call alone": async (kit) => {
    const service = await kit.client();
    const empty = {};
    const values = new Array<unknown>(500_000).fill(empty);
    await kit.fails(
      service.echo(values),
      "resourceExhausted",
      `maxDecodedBytes = ${defaultLimits.maxDecodedBytes}`,
      "raise this limit",
    );
    kit.equal(await service.add(1, 1), 2);
  },
  "a result that takes more memory than the caller takes fails its call alone": async (kit) => {
    const service = await kit.client({ limits: { maxDecodedBytes: 100_000 } });
    const values = new Array<unknown>(2_000).fill([]);
    await kit.fails(service.echo(values), "resourceExhausted", "maxDecodedBytes = 100000");
    kit.equal(await service.echo(values.slice(1_900)), values.slice(1_900));
  },
  "a deeper nesting than the limit is refused before it is sent": async (kit) => {
    const service = await kit.client();
    let value: unknown = 1;
    for (let i = 0; i <= defaultLimits.maxNesting; i++) value = [value];
    const limit = `maxNesting = ${defaultLimits.maxNesting} levels`;
    await kit.fails(service.echo(value), "invalidArgument", "nesting", limit, "send it as a list");
  },
  "metadata over the limit is refused": async (kit) => {
    const service = await kit.client();
    const metadata = { big: "x".repeat(defaultLimits.maxMetadataChars) };
    await kit.fails(withOptions(service, { metadata }).add(1, 1), "resourceExhausted", "metadata");
    kit.equal(await service.add(1, 1), 2);
  },
  "a limit that does not exist is refused": async (kit) => {
    const limits = { maxMesageBytes: 1 } as never;
    await kit.fails(connect(kit.target.transport, { limits }), "invalidArgument", "maxMesageBytes");
  },
  "a limit of 0 is refused": async (kit) => {
    await kit.fails(
      connect(kit.target.transport, { limits: { maxNesting: 0 } }),
      "invalidArgument",
      "maxNesting",
    );
  },
  "clients that say nothing do not keep others out": async (kit) => {
    for (let i = 0; i < defaultLimits.maxHandshakes; i++) await kit.raw();
    const connection = await kit.connect({ timeoutMs: 10_000 });
    kit.equal(await connection.client(Conformance).add(1, 1), 2);
  },
});
