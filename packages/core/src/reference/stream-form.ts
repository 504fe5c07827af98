import { shareProxy } from "./handle.js";

/** What a program sees of a stream, as its contract says: `Readable` is that of `node:stream`. */
export type StreamForm = "AsyncIterable" | "ReadableStream" | "Readable";

interface RuntimeWithStreams {
  readonly process?: {
    getBuiltinModule?(
      name: string,
    ): { readonly Readable?: { from(items: object, options: object): object } } | undefined;
  };
}

/** The same stream in another form; it is begun when that is first read. */
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

/** Asked of the runtime, not imported: https://nodejs.org/api/process.html#processgetbuiltinmoduleid. */
function nodeReadable(stream: AsyncIterableIterator<unknown>): object {
  const { process } = globalThis as RuntimeWithStreams;
  const Readable = process?.getBuiltinModule?.("stream")?.Readable;
  return Readable === undefined ? stream : Readable.from(stream, { objectMode: false });
}
