import { synchronous, withOptions } from "../../index.js";
import { Hello, hello, Inventory, NextHello } from "./hello-service.js";
import { js, type MistakeGroup } from "./mistake.js";

export const callMistakes: MistakeGroup = {
  title: "Calls",
  mistakes: [
    {
      error:
        "pipe:… does not offer the service Inventory; it offers: Hello; add Inventory.implement(…) to its `serve`, or connect to the server that has it",
      code: "unimplemented",
      cause: "The server was started without this service, or the client is at another server.",
      remedy: "`npx crosspane list ENDPOINT` shows what a server offers.",
      make: async (place) => {
        await place.serve();
        await (await place.connect()).client(Inventory).get("42");
      },
    },
    {
      error:
        "Hello.greet has a different signature at pipe:… (1) than here (1b): generate both sides from the same contract",
      code: "failedPrecondition",
      cause:
        "The contract has changed and only one side was generated and built again, or still runs in its old version.",
      remedy: "Generate, build and restart both sides. Other methods keep working meanwhile.",
      make: async (place) => {
        await place.serve();
        await (await place.connect()).client(NextHello).greet("you");
      },
    },
    {
      error: "Hello.greet: name: expected string, got number",
      code: "invalidArgument",
      cause: "The argument is not of its declared type. Nothing was sent.",
      remedy: "Convert the value; the compiler finds it unless a cast hides it.",
      make: async (place) => (await place.client()).greet(js(5)),
    },
    {
      error: "Hello.greet: name: expected string, got nothing",
      code: "invalidArgument",
      cause: "An argument is missing.",
      remedy: "Pass it, or make the parameter optional in the contract.",
      make: async (place) => js<{ greet(): Promise<string> }>(await place.client()).greet(),
    },
    {
      error: "Hello.save: document.at: expected Date, got string",
      code: "invalidArgument",
      cause: "A date from JSON is text.",
      remedy: "Convert it with `new Date(text)`, or declare `string` in the contract.",
      make: async (place) => (await place.client()).save(js({ title: "x", at: "2026-01-31" })),
    },
    {
      error: "Hello.ask: answer: expected function, got object",
      code: "invalidArgument",
      cause: "The method takes a function.",
      remedy: "Pass a function; an object with methods needs a `@service` of its own.",
      make: async (place) => (await place.client()).ask(js({})),
    },
    {
      error:
        "the call of Hello.greet is … bytes, and the peer takes at most maxMessageBytes = 16777216; send it in parts or as a stream, or raise `limits.maxMessageBytes` there",
      code: "resourceExhausted",
      cause: "One message has to fit into the receiver's memory, so it has a limit.",
      remedy: "Declare `AsyncIterable<…>` or `ReadableStream<Uint8Array>`: [streams.md](streams.md).",
      make: async (place) => (await place.client()).greet("x".repeat(17_000_000)),
    },
    {
      error: "Hello.greet was not answered by pipe:… within 20 ms",
      code: "deadlineExceeded",
      cause: "The handler needs longer than `timeoutMs`, waits for something, or blocks its event loop.",
      remedy:
        "Raise `timeoutMs` of `withOptions`; in the handler, pass on `callContext().signal`. Without `timeoutMs` a call waits as long as its connection lives.",
      make: async (place) => {
        const client = await place.client({ greet: () => new Promise(() => {}) });
        await withOptions(client, { timeoutMs: 20 }).greet("you");
      },
    },
    {
      error: "Hello.greet was cancelled: This operation was aborted",
      code: "cancelled",
      cause: "The call's `signal` was aborted. The handler may have run.",
      remedy: "Nothing, if the program did it.",
      make: async (place) => withOptions(await place.client(), { signal: AbortSignal.abort() }).greet("you"),
    },
    {
      error: "Hello.greet was not sent: the connection to pipe:… was closed",
      code: "cancelled",
      cause: "The call was made after `connection.close()`, or after the block of `await using` has ended.",
      remedy: "Keep the connection as long as its clients are used.",
      make: async (place) => {
        await place.serve();
        const connection = await place.connect();
        await connection.close();
        await connection.client(Hello).greet("you");
      },
    },
    {
      error: "Hello.greet was not sent: the connection to pipe:… was closed",
      code: "unavailable",
      cause: "The server closed the connection or has ended. The code tells this case from the one above.",
      remedy: "Connect with `reconnect: true`: [lifecycle.md](lifecycle.md#coming-back).",
      make: async (place) => {
        const server = await place.serve();
        const connection = await place.connect();
        await server.close();
        await connection.closed;
        await connection.client(Hello).greet("you");
      },
    },
    {
      error: "Hello.greet was not answered: …: the peer closed the connection before it had answered",
      code: "unavailable",
      cause: "The server closed while the call was running. The handler may have run.",
      remedy: "Repeat the call if running it twice does no harm: [errors.md](errors.md#the-codes).",
      make: async (place) => {
        const server = await place.serve({}, [hello({ greet: () => new Promise(() => {}) })]);
        const answer = (await place.connect()).client(Hello).greet("you");
        answer.catch(() => {});
        // The call has arrived once a later one is answered.
        await [...server.connections][0]?.flush();
        await (await place.connect()).client(Hello).save({ title: "", at: new Date() });
        await server.close({ drainMs: 0 });
        await answer;
      },
    },
    {
      error: "Hello.restart may not be called by this peer. It asks for: elevated …",
      code: "permissionDenied",
      cause:
        "A rule `@allow` of the contract is not met, or the transport does not know enough about its peers.",
      remedy:
        "Use a transport that identifies its peers (`shm:`, `pipe:`, `copydata:` on Windows), or change the rule: [policies.md](policies.md#who-may-call).",
      make: async (place) => (await place.client()).restart(),
    },
    {
      error:
        "Hello.greet: the transport pipe cannot make synchronous calls; await the call, or use a transport that can (capabilities.synchronousCall): …",
      code: "unimplemented",
      cause: "A synchronous call needs a transport that can wait without the event loop.",
      remedy: "Await the call, or connect over `shm:`.",
      make: async (place) => synchronous(await place.client()).greet("you"),
    },
    {
      error: "withOptions: timeoutMs must be 0 or more milliseconds, got -5",
      code: "invalidArgument",
      cause: "A difference of times went below zero.",
      remedy: "Check the time that is left before the call.",
      make: async (place) => withOptions(await place.client(), { timeoutMs: -5 }).greet("you"),
    },
  ],
};
