import type { Connection } from "../../../call/connection.js";
import { countsOf } from "../../counts-of.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase, ConformanceKit, OwnServer } from "../conformance-kit.js";
import { callerOf } from "./caller.js";
import { cases } from "./case.js";

/** Room for three small calls, which cost a little more than 1 KiB each. */
const maxOneWayBytes = 4096;

/**
 * Opens a connection whose one-way calls are queued until `release` is called, because its only
 * handler holds.
 */
async function busy(kit: ConformanceKit, own: OwnServer) {
  const [connection, other] = [await own.connect(), await own.client()];
  const service = connection.client(Conformance);
  const key = kit.key();
  const held = service.hold(key);
  held.catch(() => {});
  await kit.until(async () => (await other.held(key)).started, "the start of the handler");
  return { connection, service, other, release: () => other.release(key) };
}

const oneHandler = { limits: { maxCallsInFlight: 1 } };

/** Makes one-way calls until one throws. */
function callUntilRefused(
  service: Conformance,
  key: string,
): { readonly sent: number; readonly error: unknown } {
  for (let sent = 0; sent < 1_000; sent++) {
    try {
      service.note(key, "line");
    } catch (error) {
      return { sent, error };
    }
  }
  return { sent: 1_000, error: undefined };
}

export const oneWayCases: readonly ConformanceCase[] = cases("one-way", {
  "flush resolves once the one-way calls before it have begun": async (kit) => {
    const [connection, other] = [await kit.connect(), await kit.client()];
    const key = kit.key();
    for (let i = 0; i < 100; i++) connection.client(Conformance).note(key, `line ${i}`);
    await kit.soon(connection.flush(), "the confirmation");
    kit.equal((await other.notes(key)).length, 100);
  },
  "flush resolves where nothing was sent, also many at once": async (kit) => {
    const connection = await kit.connect();
    await kit.soon(Promise.all(Array.from({ length: 20 }, () => connection.flush())), "the confirmations");
  },
  "flush waits for one-way calls that the peer has not begun": async (kit) => {
    const { connection, service, other, release } = await busy(kit, await kit.serve(oneHandler));
    const key = kit.key();
    service.note(key, "line");
    let flushed = false;
    const flushing = connection.flush().then(() => {
      flushed = true;
    });
    await kit.fails(connection.flush({ timeoutMs: 20 }), "deadlineExceeded", "flush", "20 ms");
    kit.equal([flushed, (await other.notes(key)).length], [false, 0]);
    await release();
    await kit.soon(flushing, "the confirmation");
    kit.equal(await other.notes(key), ["line"]);
  },
  "a signal ends the wait of flush": async (kit) => {
    const { connection, service, release } = await busy(kit, await kit.serve(oneHandler));
    service.note(kit.key(), "line");
    const stop = new AbortController();
    const flushing = kit.fails(connection.flush({ signal: stop.signal }), "cancelled");
    stop.abort();
    await flushing;
    await kit.fails(connection.flush({ signal: stop.signal }), "cancelled");
    await release();
  },
  "flush rejects when the connection ends before the peer has confirmed": async (kit) => {
    const own = await kit.serve(oneHandler);
    const { connection, service } = await busy(kit, own);
    service.note(kit.key(), "line");
    const flushing = kit.fails(connection.flush(), "unavailable");
    for (const there of own.server.connections) there.abort("maintenance");
    await flushing;
    await kit.fails(connection.flush(), "unavailable");
  },
  "one-way calls beyond maxOneWayBytes throw, and flush makes room": async (kit) => {
    const connection = await kit.connect({ limits: { maxOneWayBytes } });
    const service = connection.client(Conformance);
    const other = await kit.client();
    const key = kit.key();
    const { sent, error } = callUntilRefused(service, key);
    await kit.fails(
      Promise.reject(error),
      "resourceExhausted",
      "Conformance.note",
      "maxOneWayBytes = 4096",
      "flush",
    );
    await connection.flush();
    service.note(key, "more");
    await connection.flush();
    kit.equal((await other.notes(key)).length, sent + 1);
  },
  "a single one-way call may be larger than maxOneWayBytes": async (kit) => {
    const connection = await kit.connect({ limits: { maxOneWayBytes } });
    const other = await kit.client();
    const key = kit.key();
    connection.client(Conformance).note(key, "x".repeat(10 * maxOneWayBytes));
    await kit.fails((async () => connection.client(Conformance).note(key, "line"))(), "resourceExhausted");
    await connection.flush();
    kit.equal((await other.notes(key)).length, 1);
  },
  "a program that awaits flush now and then sends any number": async (kit) => {
    const connection = await kit.connect({ limits: { maxOneWayBytes } });
    const other = await kit.client();
    const key = kit.key();
    for (let i = 0; i < 60; i++) {
      if (i % 3 === 0) await connection.flush();
      connection.client(Conformance).note(key, "line");
    }
    await connection.flush();
    kit.equal((await other.notes(key)).length, 60);
  },
  "a server's one-way calls are bounded and can be flushed too": async (kit) => {
    const own = await kit.serve({ limits: { maxOneWayBytes } });
    let heard = 0;
    const here = await own.connect({ services: [callerOf({ heard: () => void heard++ })] });
    const service = here.client(Conformance);
    await kit.fails(
      service.tellBack(Array.from({ length: 100 }, () => "line")),
      "resourceExhausted",
      "ConformanceCaller.heard",
    );
    const there = [...own.server.connections].at(-1) as Connection;
    await kit.soon(there.flush(), "the confirmation");
    kit.equal(heard, 3);
    await service.tellBack(["line"]);
    await there.flush();
    kit.equal(heard, 4);
  },
  "one-way calls that waited when the connection ended are reported": async (kit) => {
    const reports: string[] = [];
    const own = await kit.serve({ ...oneHandler, onError: ({ error }) => void reports.push(String(error)) });
    const { connection, service } = await busy(kit, own);
    for (let i = 0; i < 3; i++) service.note(kit.key(), "line");
    const changes: number[] = [];
    connection.onStateChange(({ lost }) => changes.push(lost.oneWayCalls));
    const waiting = () => [...own.server.connections].reduce((sum, each) => sum + countsOf(each).deferred, 0);
    await kit.until(() => waiting() === 3, "the calls");
    for (const there of own.server.connections) there.abort("maintenance");
    await connection.closed;
    await kit.until(() => reports.some((report) => report.includes("queued one-way calls")), "the report");
    await kit.until(() => changes.length > 0, "the change");
    kit.equal(changes, [3]);
  },
  "close in order confirms the one-way calls": async (kit) => {
    const connection = await kit.connect();
    const changes: number[] = [];
    connection.onStateChange(({ lost }) => changes.push(lost.oneWayCalls));
    connection.client(Conformance).note(kit.key(), "line");
    await connection.close();
    kit.equal(changes, [0]);
  },
});
