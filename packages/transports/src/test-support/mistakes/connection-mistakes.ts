import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "../../index.js";
import { hello } from "./hello-service.js";
import { js, type MistakeGroup } from "./mistake.js";

const secret = "a secret of at least 16 bytes";
const other = "another secret of 16 bytes";

export const connectionMistakes: MistakeGroup = {
  title: "Connecting and listening",
  mistakes: [
    {
      error: "connect to pipe:…: no connection within 1000 ms (timeoutMs): no server is listening there…",
      code: "unavailable",
      cause:
        "The server has not been started, has ended, has another name, or runs as another user or in another session.",
      remedy:
        "Start it; `npx crosspane ping ENDPOINT` shows that it serves. Let `connect` start it with `spawn`: [lifecycle.md](lifecycle.md). Users and sessions: [services-and-sessions.md](services-and-sessions.md).",
      make: async (place) => {
        // Loads the code of the transport, which may take longer than the time-out.
        await place.serve();
        await connect(`pipe:not-${place.name}`, { timeoutMs: 1_000 });
      },
    },
    {
      error:
        "connect to tcp://127.0.0.1:1: no connection within 50 ms (timeoutMs): no server is listening there; …",
      code: "unavailable",
      cause: "Nothing listens on this port. A server on port 0 has another port each time.",
      remedy: "Pass `server.endpoint` to the client.",
      // Windows tries a closed port for two seconds.
      only: "elsewhere",
      make: () => connect("tcp://127.0.0.1:1", { timeoutMs: 50 }),
    },
    {
      error: "connect to auto:…: no connection within 1000 ms (timeoutMs): …",
      code: "unavailable",
      cause: "No server is listening at any transport of `auto:`. The error has the reason of each.",
      remedy: "Start the server at `auto:NAME` too, with the same name.",
      make: async (place) => {
        await place.serveAt(`auto:${place.name}`);
        await connect(`auto:not-${place.name}`, { timeoutMs: 1_000 });
      },
    },
    {
      error: "listen on pipe:…: another server has this name…; stop it or choose another name",
      code: "alreadyExists",
      cause: "The server runs already, perhaps from an earlier start.",
      remedy: "End the other process, or let clients start the server with `spawn`, which starts one.",
      make: async (place) => {
        await place.serve();
        await place.serve();
      },
    },
    {
      error:
        "listen on tcp://127.0.0.1:…: the address is taken; stop the other server or choose another address (EADDRINUSE)",
      code: "alreadyExists",
      cause: "Another program listens on the port.",
      remedy: "Use port 0 and pass on `server.endpoint`, or a named transport, which needs no port.",
      make: async (place) => place.serveAt((await place.serveAt("tcp://127.0.0.1:0")).endpoint),
    },
    {
      error:
        'receive from tcp://127.0.0.1:…: the peer sent "HTTP", which does not begin a message of this protocol; check which program listens there',
      code: "internal",
      cause: "Another program listens on the port, here a web server.",
      remedy: "Use the port of the Crosspane server.",
      make: async () => {
        // A web server answers what it does not understand with "HTTP/1.1 400 Bad Request".
        const web = await webServer();
        try {
          await connect(`tcp://127.0.0.1:${(web.address() as AddressInfo).port}`);
        } finally {
          web.closeAllConnections();
          await new Promise((resolve) => web.close(resolve));
        }
      },
    },
    {
      error: "connect: unknown option timeout; did you mean timeoutMs? the options are …",
      code: "invalidArgument",
      cause: "The option has another name. Units are part of names: `timeoutMs`, `maxMessageBytes`.",
      remedy: "Write the name that the error gives.",
      make: ({ endpoint }) => connect(endpoint, js({ timeout: 50 })),
    },
    {
      error: "connect: timeoutMs must be 0 or more milliseconds, got a string",
      code: "invalidArgument",
      cause: "A text, for example from the environment, stands for a number.",
      remedy: "Convert it: `Number(process.env.TIMEOUT_MS)`.",
      make: ({ endpoint }) => connect(endpoint, { timeoutMs: js("50") }),
    },
    {
      error: "connect to pipe:… was cancelled: This operation was aborted",
      code: "cancelled",
      cause: "The `signal` of `connect` was aborted.",
      remedy: "Nothing, if the program did it. Otherwise look for the owner of the signal.",
      make: ({ endpoint }) => connect(endpoint, { signal: AbortSignal.abort() }),
    },
    {
      error:
        "…: the server does not know the secret of this client; pass the same `secret` to serve and connect",
      code: "unauthenticated",
      cause: "The two sides have different secrets, or another program has taken the endpoint.",
      remedy: "Read the secret from the same place at both sides.",
      make: async (place) => {
        await place.serve({ secret });
        await place.connect({ secret: other });
      },
    },
    {
      error:
        "connect to pipe:…: the server asks for a secret and this client was given none; pass `secret` to connect",
      code: "unauthenticated",
      cause: "`serve` was given a `secret`, and `connect` was not.",
      remedy: "Pass the same `secret` to `connect`; on the command line `--secret-file`.",
      make: async (place) => {
        await place.serve({ secret });
        await place.connect();
      },
    },
    {
      error: "…: the client was given no secret; pass the same `secret` to serve and connect",
      code: "unauthenticated",
      cause: "The server's view of the mistake above.",
      remedy: "As above.",
      reported: true,
      make: async (place) => {
        await place.serve({ secret });
        await place.connect();
      },
    },
    {
      error:
        "…: this client was given a secret and the server was not; pass `secret` to both serve and connect",
      code: "unauthenticated",
      cause: "`connect` was given a `secret`, and `serve` was not.",
      remedy: "Pass the same `secret` to `serve`.",
      make: async (place) => {
        await place.serve();
        await place.connect({ secret });
      },
    },
    {
      error:
        "secret: needs at least 16 bytes, got 3; use random bytes, such as randomBytes(32) of node:crypto",
      code: "invalidArgument",
      cause: "A short secret can be guessed by anyone who has seen one proof.",
      remedy: "Generate it: `randomBytes(32)`.",
      make: (place) => place.serve({ secret: "abc" }),
    },
    {
      error: "secret: must be text or bytes, got a number",
      code: "invalidArgument",
      cause: "The secret was read as something else, for example by `JSON.parse`.",
      remedy: "Pass a string or a `Uint8Array`.",
      make: (place) => place.serve({ secret: js(1234567890123456) }),
    },
    {
      error:
        'listen on "stdio:": no parent has started this process by connect("stdio:", { spawn: … }); start it that way, or serve at another endpoint',
      code: "failedPrecondition",
      cause: "A server at `stdio:` was started by hand or by another program.",
      remedy: "Let the client start it, or take the endpoint from the command line.",
      make: (place) => place.serveAt("stdio:"),
    },
    {
      error: 'dial stdio: needs the child to start: connect("stdio:", { spawn: { command, args } })',
      code: "invalidArgument",
      cause: "`stdio:` connects a parent with a child that it starts.",
      remedy: "Pass `spawn`, or use a named transport.",
      make: () => connect("stdio:"),
    },
    {
      error: 'connect: spawn.command "/no/such/program" cannot be started: there is no such program (ENOENT)',
      code: "failedPrecondition",
      cause: "The path of the program is wrong.",
      remedy: "Use `process.execPath` for a server that is a script of Node.",
      only: "elsewhere",
      make: ({ endpoint }) => connect(endpoint, { spawn: { command: "/no/such/program" } }),
    },
    {
      error:
        "connect: the server of pipe:… that was started ended before clients could connect: process …, ended with exit code 0, and has printed no error; it must call `serve` at this endpoint and stay",
      code: "failedPrecondition",
      cause: "The program ended by itself: it did not call `serve`, or not at this endpoint.",
      remedy:
        "Pass the endpoint to the server as an argument, and await `serve`. [lifecycle.md](lifecycle.md)",
      make: ({ endpoint }) => connect(endpoint, { spawn: { command: process.execPath, args: ["-e", "0"] } }),
    },
    {
      error:
        "services: Hello is offered twice on one connection; remove one, or give one of two contracts another name: `@service some.other.Name`",
      code: "invalidArgument",
      cause: "The list of `serve` has the service twice, or two contracts have the same name.",
      remedy: "Names on the wire have to be different.",
      make: (place) => place.serve({}, [hello(), hello()]),
    },
  ],
};

async function webServer(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
