import type { Transport, TransportConnection } from "@crosspane/core/transport";
import { connect } from "@crosspane/transports";
import { Load } from "../load/load-service.js";
import { usageOfThisProcess } from "../load/usage.js";
import { growth, settledUsage } from "./growth.js";
import { PeerProcess } from "./peer-process.js";
import { sequenceBytes, sequenceMessage } from "./sequence.js";
import type { SoakPart } from "./soak-run.js";

const mib = 1024 * 1024;
/**
 * Allowed growth of either side with a reader that does not read: queues, buffers of the system,
 * uncollected garbage.
 */
const bound = { rss: 96 * mib, heap: 16 * mib, external: 48 * mib };
/**
 * Calls sent at once. A server starts everything that arrives together before the first answer can
 * show that the client does not read. Until then `maxCallsInFlight` bounds its memory.
 */
const burst = 8;
/** Milliseconds without progress after which a sender counts as blocked. */
const stalledMs = 700;

/**
 * Offers endless messages to a paused reader in another process: memory stays bounded on both
 * sides, and all arrive.
 */
export const pausedReader: SoakPart = async ({ unused, size }) => {
  const reader = new PeerProcess();
  try {
    const { endpoint } = await reader.ask({ do: "read", endpoint: (await unused()).endpoint });
    const { resolveTransport } = await import("@crosspane/transports");
    const transport = await resolveTransport(endpoint as string);
    const connection = await transport.dial(new AbortController().signal);
    const sender = new Sender(connection, size.unreadMessages);
    const look = async () =>
      [await settledUsage(usageOfThisProcess), await settledUsage(() => reader.usage())] as const;
    const before = await look();
    sender.go();
    await sender.stalled();
    const taken = sender.sent;
    const paused = await look();
    const { received: early = 0 } = await reader.ask({ do: "progress" });
    await reader.ask({ do: "resume" });
    let { received = 0, problem = "" } = await reader.ask({ do: "progress" });
    while (received < size.unreadMessages && problem === "") {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ({ received = 0, problem = "" } = await reader.ask({ do: "progress" }));
    }
    const after = await look();
    connection.close();
    return {
      note: `${mebibytes(taken)} MiB were taken while it was paused, then all ${mebibytes(received)} MiB arrived in order`,
      problems: [
        ...(taken >= size.unreadMessages ? ["the sender was never held back"] : []),
        ...(early > 0 ? [`${early} messages were delivered during the pause`] : []),
        ...(problem === "" ? [] : [problem]),
        ...growth(before[0], paused[0], bound).map((what) => `sender, paused: ${what}`),
        ...growth(before[1], paused[1], bound).map((what) => `reader, paused: ${what}`),
        ...growth(before[0], after[0], bound).map((what) => `sender, after: ${what}`),
        ...growth(before[1], after[1], bound).map((what) => `reader, after: ${what}`),
      ],
    };
  } finally {
    await reader.end();
  }
};

/**
 * Asks for large answers without reading them: the server's memory stays bounded, and all answers
 * arrive once the client reads.
 */
export const unreadAnswers: SoakPart = async ({ transport, server, size }) => {
  const tapped = new TappedTransport(transport);
  const connection = await connect(tapped, {
    timeoutMs: 120_000,
    limits: { maxCallsInFlight: size.unreadAnswers },
  });
  const load = connection.client(Load);
  await load.add(1, 1);
  const before = await settledUsage(() => server.usage());
  tapped.connection?.pause();
  let right = 0;
  const check = async (i: number) => {
    const bytes = await load.produce(mib, i);
    if (bytes.length === mib && bytes[0] === (i & 0xff) && bytes[mib - 1] === (i & 0xff)) right++;
  };
  const answers: Promise<void>[] = [];
  while (answers.length < size.unreadAnswers) {
    for (let i = 0; i < burst; i++) answers.push(check(answers.length));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, stalledMs));
  const early = right;
  const paused = await settledUsage(() => server.usage());
  tapped.connection?.resume();
  await Promise.all(answers);
  const after = await settledUsage(() => server.usage());
  await connection.close();
  return {
    note: `${right} MiB of answers were read in the end; server's rss +${mebibytes((paused.rss - before.rss) / sequenceBytes)} MiB while they were not`,
    problems: [
      ...(right === size.unreadAnswers ? [] : [`${right} of ${size.unreadAnswers} answers were right`]),
      ...(early > 0 ? [`${early} answers came during the pause`] : []),
      ...growth(before, paused, bound).map((what) => `server, paused: ${what}`),
      ...growth(before, after, bound).map((what) => `server, after: ${what}`),
    ],
  };
};

function mebibytes(messages: number): string {
  return ((messages * sequenceBytes) / mib).toFixed();
}

/** Sends a sequence as fast as the connection accepts it. */
class Sender {
  sent = 0;
  #progressAt = performance.now();
  readonly #connection: TransportConnection;
  readonly #count: number;

  constructor(connection: TransportConnection, count: number) {
    this.#connection = connection;
    this.#count = count;
    connection.start({ message() {}, drained: () => this.go(), closed() {} });
  }

  go(): void {
    this.#progressAt = performance.now();
    while (this.sent < this.#count) {
      if (!this.#connection.send(sequenceMessage(this.sent++))) return;
    }
  }

  async stalled(): Promise<void> {
    while (performance.now() - this.#progressAt < stalledMs) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A transport that can pause its latest connection below the session that uses it. */
class TappedTransport implements Transport {
  connection: TransportConnection | undefined;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get endpoint() {
    return this.#transport.endpoint;
  }

  get capabilities() {
    return this.#transport.capabilities;
  }

  async dial(signal: AbortSignal): Promise<TransportConnection> {
    this.connection = await this.#transport.dial(signal);
    return this.connection;
  }

  listen: Transport["listen"] = (acceptor) => this.#transport.listen(acceptor);
}
