import { asBytes } from "../../runtime/brands.js";
import { shareProxy } from "./handle.js";

/** Form of a stream in a contract. `Readable` is that of `node:stream`. */
export type StreamForm = "AsyncIterable" | "ReadableStream" | "Readable";

interface RuntimeWithStreams {
  readonly process?: {
    getBuiltinModule?(
      name: string,
    ): { readonly Readable?: { from(items: object, options: object): object } } | undefined;
  };
}

/** Returns the same stream in another form. Reading starts when that is first read. */
export function toForm(form: StreamForm, stream: AsyncIterableIterator<unknown>): object {
  switch (form) {
    case "AsyncIterable":
      return stream;
    case "ReadableStream":
      return shared(readableStream(stream), stream);
    case "Readable":
      return shared(nodeReadable(stream), stream);
  }
}

/**
 * Bytes of one item of a stream of bytes: a usual buffer of file reads, and a fraction of every
 * message limit.
 */
const pieceBytes = 64 * 1024;

/**
 * Cuts large items of a stream of bytes, so that none is too large for a message. The borders of
 * such items have no meaning.
 */
export function inPieces(source: AsyncIterable<unknown>): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      let reading: AsyncGenerator<unknown, undefined> | undefined;
      return {
        next() {
          reading ??= pieces(source);
          return reading.next();
        },
        async return() {
          const left = reading?.return(undefined);
          // `return` of a generator that waits for its source takes effect only after the next
          // item, which may never come.
          if (left === undefined || isDestroyable(source)) await leaveUnread(source);
          await left;
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function* pieces(source: AsyncIterable<unknown>): AsyncGenerator<unknown, undefined> {
  for await (const chunk of source) {
    const bytes = typeof chunk === "string" ? encoder.encode(chunk) : asBytes(chunk);
    if (bytes === undefined || bytes.length <= pieceBytes) yield bytes ?? chunk;
    else yield* cut(bytes);
  }
  return undefined;
}

/** Cuts a copy, because the source may reuse its buffer while the pieces are read. */
function* cut(bytes: Uint8Array): Generator<Uint8Array> {
  const own = new Uint8Array(bytes);
  for (let at = 0; at < own.length; at += pieceBytes) yield own.subarray(at, at + pieceBytes);
}

/**
 * Closes a stream that was never read. The iterator of a `Readable` does not close it if it is left
 * before the first item.
 */
export async function leaveUnread(source: object): Promise<void> {
  const { cancel } = source as { cancel?: unknown };
  if (isDestroyable(source)) source.destroy();
  else if (typeof cancel === "function") await cancel.call(source);
  else await (source as AsyncIterable<unknown>)[Symbol.asyncIterator]().return?.();
}

function isDestroyable(source: object): source is { destroy(): void } {
  return typeof (source as { destroy?: unknown }).destroy === "function";
}

const encoder = new TextEncoder();

function shared(proxy: object, stream: object): object {
  shareProxy(proxy, stream);
  return proxy;
}

function readableStream(stream: AsyncIterableIterator<unknown>): ReadableStream<unknown> {
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        const step = await stream.next();
        if (step.done === true) controller.close();
        else controller.enqueue(step.value);
      },
      async cancel() {
        await stream.return?.();
      },
    },
    // The window of the connection reads ahead already.
    { highWaterMark: 0 },
  );
}

/**
 * Asks the runtime instead of importing:
 * https://nodejs.org/api/process.html#processgetbuiltinmoduleid.
 */
function nodeReadable(stream: AsyncIterableIterator<unknown>): object {
  const { process } = globalThis as RuntimeWithStreams;
  const Readable = process?.getBuiltinModule?.("stream")?.Readable;
  return Readable === undefined ? stream : Readable.from(stream, { objectMode: false });
}
