import { connect, serve } from "../../index.js";
import { messagePort } from "../../message-port/index.js";
import { js, type MistakeGroup } from "./mistake.js";

const forms = "the forms are auto:NAME, shm:NAME, pipe:NAME, …";

export const endpointMistakes: MistakeGroup = {
  title: "Endpoints",
  mistakes: [
    {
      error: `endpoint "pip:hello": its scheme is not known; did you mean pipe:hello? ${forms}`,
      code: "invalidArgument",
      cause:
        "The text before the colon is not the name of a transport. Crosspane has no `https:` and no `ws:`.",
      remedy: "Write one of the forms that the error lists.",
      make: () => connect("pip:hello"),
    },
    {
      error: `endpoint "hello": it has no scheme; did you mean pipe:hello? ${forms}`,
      code: "invalidArgument",
      cause: "A name alone does not say which transport carries the calls.",
      remedy: "Put the scheme before it: [choosing-a-transport.md](choosing-a-transport.md).",
      make: () => connect("hello"),
    },
    {
      error: `endpoint "http://127.0.0.1:80": its scheme is not known; did you mean tcp://127.0.0.1:80? ${forms}`,
      code: "invalidArgument",
      cause: "Crosspane does not speak HTTP.",
      remedy: "Use `tcp://HOST:PORT` at both ends.",
      make: () => connect("http://127.0.0.1:80"),
    },
    {
      error: `endpoint "\\\\\\\\.\\\\pipe\\\\hello": it has no scheme; did you mean pipe:hello? ${forms}`,
      code: "invalidArgument",
      cause: "The path of a pipe is not an endpoint. Crosspane makes the path, with the user in it.",
      remedy: "Use `pipe:NAME` at both ends.",
      make: () => connect("\\\\.\\pipe\\hello"),
    },
    {
      error: `endpoint "tcp://127.0.0.1": it has no port; ${forms}`,
      code: "invalidArgument",
      cause: "TCP has no default port here.",
      remedy: "Add the port that the server prints as `server.endpoint`; port 0 of `serve` takes a free one.",
      make: () => connect("tcp://127.0.0.1"),
    },
    {
      error: 'pipe "a/b": a name must not contain a slash or a backslash; choose a name like "inventory"',
      code: "invalidArgument",
      cause: "The name becomes part of a path.",
      remedy: "Use dots or dashes: `pipe:acme.inventory`.",
      make: () => serve("pipe:a/b", []),
    },
    {
      error: 'endpoint: it must be a string such as "pipe:NAME" or a transport object, got undefined',
      code: "invalidArgument",
      cause: "An argument of the program or a variable of the environment is not set.",
      remedy: 'Give it a default: `process.argv[2] ?? "pipe:hello"`.',
      make: () => connect(js(undefined)),
    },
    {
      error: 'endpoint: it must be a string such as "pipe:NAME" or a transport object, got a URL',
      code: "invalidArgument",
      cause: "An endpoint is text, not a `URL` and not an object with options.",
      remedy: "Pass `url.href`, or an object that `socket(…)`, `namedPipe(…)` or `messagePort(…)` returns.",
      make: () => connect(js(new URL("tcp://127.0.0.1:80"))),
    },
    {
      error:
        "messagePort: pass a MessagePort, a MessagePortMain or a function that returns one, got undefined",
      code: "invalidArgument",
      cause: "The port did not arrive: `event.ports[0]` of a message without a port is undefined.",
      remedy: "Pass the port in the transfer list of `postMessage`: [electron.md](electron.md).",
      make: () => connect(messagePort(js(undefined))),
    },
    {
      error:
        "socket tcp://0.0.0.0:0: 0.0.0.0 is not a loopback address, so other machines would take part unencrypted; …",
      code: "invalidArgument",
      cause: "Messages over TCP are not encrypted.",
      remedy: "Use 127.0.0.1. If other machines have to connect, the error says how, and add a `secret`.",
      make: () => serve("tcp://0.0.0.0:0", []),
    },
    {
      error: "shm:… exists on Windows only; on … use pipe:…, or auto:… everywhere",
      code: "unimplemented",
      cause: "`shm:` and `copydata:` use functions of Windows.",
      remedy: "Use `auto:NAME`, which takes the fastest transport that the system has.",
      only: "elsewhere",
      make: ({ name }) => connect(`shm:${name}`),
    },
  ],
};
