import type { Connection } from "@crosspane/core";
import { Load } from "../load/load-service.js";

const largeBytes = 1024 * 1024;

/**
 * Makes the calls of one side of a connection under test: calls that are never answered, many small
 * ones in parallel and in sequence, one-way calls, large ones in both directions. Resolves when
 * every call that gets an answer has one.
 * @param started receives each call as it is made.
 */
export async function converse(
  connection: Connection,
  enter: (phase: "calls" | "large") => void,
  started: (call: Promise<unknown>) => void = (call) => void call.catch(() => {}),
): Promise<void> {
  const load = connection.client(Load);
  const make = <T>(call: Promise<T>) => {
    started(call);
    return call;
  };
  enter("calls");
  for (let i = 0; i < 4; i++) void make(load.hold());
  for (let i = 0; i < 10; i++) load.note(`line ${i}`);
  await Promise.all(Array.from({ length: 32 }, (_, i) => make(load.add(i, 1))));
  for (let i = 0; i < 12; i++) await make(load.add(i, 2));
  enter("large");
  const bytes = new Uint8Array(largeBytes).fill(5);
  load.note("x".repeat(100_000));
  await Promise.all([
    make(load.echo(bytes)),
    make(load.produce(largeBytes, 1)),
    make(load.echo(bytes.subarray(0, 70_000))),
    make(load.add(1, 3)),
  ]);
}
