import type { Connection } from "../../call/connection.js";
import { connect } from "../../connect/connect.js";
import type { Transport } from "../../transport/transport.js";
import { Conformance } from "./conformance.crosspane.js";

/**
 * Milliseconds without a case after which an observer closes, so that it does not hold up a program
 * that has run its cases.
 */
const idleMs = 1_000;

/** A connection that is kept for the next look. */
interface Observer {
  readonly connection: Connection;
  readonly idle: ReturnType<typeof setTimeout>;
}

/** Observers between two looks. */
const observers = new WeakMap<Transport, Observer>();

/**
 * Looks at a conformance server through a connection of its own. The connection is kept from case
 * to case, because making one takes as long as many a case.
 */
export async function observe<T>(
  transport: Transport,
  look: (service: Conformance) => Promise<T>,
): Promise<T> {
  const connection =
    takeWaiting(transport) ?? (await connect(transport, { onError: () => {}, timeoutMs: 60_000 }));
  try {
    return await look(connection.client(Conformance));
  } finally {
    wait(transport, connection);
  }
}

function takeWaiting(transport: Transport): Connection | undefined {
  const observer = observers.get(transport);
  clearTimeout(observer?.idle);
  observers.delete(transport);
  return observer?.connection;
}

function wait(transport: Transport, connection: Connection): void {
  const leave = () => {
    if (observers.get(transport)?.connection === connection) takeWaiting(transport);
    void connection.close();
  };
  observers.set(transport, { connection, idle: setTimeout(leave, idleMs) });
  // The server has ended, or a case has ended more than it should. The next look finds out which.
  void connection.closed.then(leave);
}
