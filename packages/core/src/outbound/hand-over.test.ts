import { afterEach, expect, test } from "vitest";
import {
  type ConnectOptions,
  concurrencyLimit,
  connect,
  type Interceptor,
  pipelined,
  RpcError,
  retry,
  type Server,
  serve,
} from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

interface Note {
  n: number;
  tags: string[];
}

interface Notes {
  put(note: Note): Promise<Note>;
  /** Calls back with the note. */
  tell(note: Note, onNote: (note: Note) => Promise<string>): Promise<string>;
  repeat(note: Note): AsyncIterable<Note>;
  self(): Promise<Notes>;
}

class NotesClient extends rpc.ClientStub implements Notes {
  put(...args: Parameters<Notes["put"]>): Promise<Note> {
    return rpc.unary(this, 0, args);
  }
  tell(...args: Parameters<Notes["tell"]>): Promise<string> {
    return rpc.unary(this, 1, args);
  }
  repeat(...args: Parameters<Notes["repeat"]>): AsyncIterable<Note> {
    return rpc.streaming(this, 2, args);
  }
  self(): Promise<Notes> {
    return rpc.unary(this, 3, []);
  }
}

const note = rpc.param("note", rpc.object("Note", { n: rpc.number, tags: rpc.array(rpc.string) }));
const Notes: rpc.Service<Notes> = rpc.defineService<Notes>({
  name: "Notes",
  fingerprint: "0".repeat(16),
  methods: [
    rpc.unaryMethod("put", "1".repeat(16), [note], note.shape, { idempotent: true }),
    rpc.unaryMethod(
      "tell",
      "2".repeat(16),
      [note, rpc.param("onNote", rpc.func("onNote", [note], rpc.string))],
      rpc.string,
    ),
    rpc.streamMethod("repeat", "3".repeat(16), [note], rpc.stream(note.shape)),
    rpc.unaryMethod(
      "self",
      "4".repeat(16),
      [],
      rpc.reference(() => Notes as never),
    ),
  ],
  client: NotesClient,
  dispatch(service, method, args) {
    switch (method) {
      case 0:
        return service.put(...(args as Parameters<Notes["put"]>));
      case 1:
        return service.tell(...(args as Parameters<Notes["tell"]>));
      case 2:
        return service.repeat(...(args as Parameters<Notes["repeat"]>));
      default:
        return service.self();
    }
  },
});

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

let names = 0;
async function open(options: ConnectOptions = {}, put: Notes["put"] = async (given) => given) {
  const transport = memory(`hand-over ${names++}`);
  const listen = async (): Promise<Server> => {
    const implementation: Notes = {
      put,
      tell: (given, onNote) => onNote(given),
      async *repeat(given) {
        yield given;
      },
      self: async () => implementation,
    };
    const server = await serve(transport, [Notes.implement(implementation)], { onError: () => {} });
    undo.push(() => server.close());
    return server;
  };
  const server = await listen();
  const connection = await connect(transport, { onError: () => {}, ...options });
  undo.push(() => connection.close());
  return { connection, notes: connection.client(Notes), server, listen };
}

const noteOf = (n: number): Note => ({ n, tags: [`tag ${n}`] });

/** Changes a note in place to the n-th one. */
function changeTo(given: Note, n: number): void {
  given.n = n;
  given.tags[0] = `tag ${n}`;
}

async function first(notes: AsyncIterable<Note>): Promise<Note | undefined> {
  for await (const given of notes) return given;
  return undefined;
}

const show = async ({ n, tags }: Note) => `${n}: ${tags.join()}`;

test("queued calls send the arguments that they were made with", async () => {
  const { notes } = await open({ interceptors: [concurrencyLimit({ maxCalls: 1, maxQueued: 100 })] });
  const given = noteOf(0);
  const calls: Promise<unknown>[] = [];
  for (let n = 0; n < 20; n++) {
    changeTo(given, n);
    calls.push(notes.put(given));
  }
  const told = notes.tell(given, show);
  const repeated = first(notes.repeat(given));
  changeTo(given, 100);
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, (_, n) => noteOf(n)));
  expect(await told).toBe("19: tag 19");
  expect(await repeated).toEqual(noteOf(19));
});

test("each attempt sends the arguments that the call was made with", async () => {
  const seen: Note[] = [];
  const { notes } = await open({ interceptors: [retry({ attempts: 4, firstDelayMs: 1 })] }, async (got) => {
    seen.push(got);
    changeTo(given, seen.length + 1);
    if (seen.length < 3) throw new RpcError("unavailable", "not yet");
    return got;
  });
  const given = noteOf(1);
  expect(await notes.put(given)).toEqual(noteOf(1));
  expect(seen).toEqual([noteOf(1), noteOf(1), noteOf(1)]);
});

test("an interceptor can still replace the arguments", async () => {
  const replaced: Interceptor = (call, next) => next({ ...call, args: [noteOf(7)] });
  const { notes } = await open({ interceptors: [replaced] });
  expect(await notes.put(noteOf(1))).toEqual(noteOf(7));
});

test("an argument of the wrong type fails inside the interceptors", async () => {
  const failures: unknown[] = [];
  const watch: Interceptor = async (call, next) => {
    try {
      return await next(call);
    } catch (thrown) {
      failures.push((thrown as RpcError).code);
      throw thrown;
    }
  };
  const { notes } = await open({ interceptors: [watch] });
  await expect(notes.put({ n: "1", tags: [] } as never)).rejects.toMatchObject({
    code: "invalidArgument",
    message: expect.stringContaining("Notes.put: note.n"),
  });
  expect(failures).toEqual(["invalidArgument"]);
});

test.each([true, false])(
  "calls that wait for the next link send their original arguments, with interceptors: %s",
  async (intercepted) => {
    const interceptors: Interceptor[] = intercepted ? [(call, next) => next(call)] : [];
    const { connection, notes, server, listen } = await open({
      reconnect: { minDelayMs: 1, maxDelayMs: 10 },
      interceptors,
    });
    await server.close({ drainMs: 0 });
    await expect.poll(() => connection.state).not.toBe("connected");
    const given = noteOf(1);
    const calls = [notes.put(given), notes.tell(given, show), first(notes.repeat(given))] as const;
    const chained = pipelined(notes).self().put(given);
    changeTo(given, 2);
    await listen();
    expect(await Promise.all(calls)).toEqual([noteOf(1), "1: tag 1", noteOf(1)]);
    expect(await chained).toEqual(noteOf(1));
  },
);

test("a deferred call of a chain sends its original arguments", async () => {
  const { notes } = await open({ interceptors: [(call, next) => next(call)] });
  const given = noteOf(1);
  const chained = pipelined(notes).self().put(given);
  changeTo(given, 2);
  expect(await chained).toEqual(noteOf(1));
});
