/**
 * `client.ts ENDPOINT SCENARIO`: a client whose process ends by itself, or exits with 9 if it lives
 * too long.
 */
import { Conformance } from "@crosspane/core/testing";
import { type ConnectOptions, connect } from "@crosspane/transports";

const [, , endpoint = "", scenario = ""] = process.argv;
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Prints a line after a while if the process still lives, and ends it. */
function printIfAlive(): void {
  const end = () => {
    print("alive");
    process.exit(0);
  };
  setTimeout(end, 500).unref();
}

async function open(options: ConnectOptions = {}) {
  // A busy machine needs the time.
  const connection = await connect(endpoint, { timeoutMs: 60_000, ...options });
  const service = connection.client(Conformance);
  await service.add(1, 1);
  // Fires only in a process that something else keeps alive.
  setTimeout(() => process.exit(9), 20_000).unref();
  return { connection, service };
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  async idle() {
    const { connection } = await open();
    connection.unref();
  },
  async "idle with a heartbeat, coming back"() {
    const { connection } = await open({ reconnect: true, heartbeat: { intervalMs: 60_000 } });
    connection.unref();
  },
  async "waiting to come back"() {
    const { connection, service } = await open({ reconnect: { minDelayMs: 60_000, maxDelayMs: 120_000 } });
    connection.unref();
    connection.onStateChange(({ state }) => print(state));
    await service.hangUp("abort").catch(() => {});
  },
  async "waiting to come back before unref"() {
    const { connection, service } = await open({ reconnect: { minDelayMs: 60_000, maxDelayMs: 120_000 } });
    connection.onStateChange(({ state }) => {
      print(state);
      connection.unref();
    });
    await service.hangUp("abort").catch(() => {});
  },
  async "a call and a flush"() {
    const { connection, service } = await open();
    connection.unref();
    await service.delay(300);
    print("answered");
    service.note("process life", "line");
    await connection.flush();
    print("flushed");
  },
  async close() {
    const { connection } = await open();
    connection.unref();
    await connection.close();
    print("closed");
  },
  async ref() {
    const { connection } = await open();
    connection.unref();
    connection.ref();
    printIfAlive();
  },
  async "never unref"() {
    await open();
    printIfAlive();
  },
};

await scenarios[scenario]?.();
