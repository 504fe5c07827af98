/**
 * One end of a pipe for prove-pipe-security.ps1, which compares what this prints:
 *
 *     pipe-peer.ts path NAME            prints the path of this user's pipe of the name
 *     pipe-peer.ts serve NAME [USER]    listens, for USER too if given, and prints the path
 *     pipe-peer.ts listen NAME          tries to listen, and prints "listening" or the error
 *     pipe-peer.ts dial NAME            dials, sends a message, and prints "connected" or the error
 *
 * An error is printed as its code and message. `serve` and `dial` exit when their input ends.
 */
import { RpcError } from "@crosspane/core";
import { namedPipe } from "@crosspane/transports/named-pipe";

const [command, name = "", user] = process.argv.slice(2);
const print = (line: string) => process.stdout.write(`${line}\n`);
const untilInputEnds = () =>
  new Promise<void>((resolve) => {
    process.stdin.resume().on("end", resolve);
  });
const signal = new AbortController().signal;
const deaf = { message() {}, drained() {}, closed() {} };
const acceptor = {
  accept: (connection: { start(receiver: typeof deaf): void }) => connection.start(deaf),
  failed() {},
};

/** Returns the path as a client that has reached it reports it. */
async function pathOf(at: ReturnType<typeof namedPipe>): Promise<string> {
  const connection = await at.dial(signal);
  connection.abort(new RpcError("aborted", "only the path was asked for"));
  return connection.peer.address;
}

async function run(): Promise<void> {
  const transport = namedPipe(name, user === undefined ? {} : { access: { users: [user] } });
  switch (command) {
    case "path":
    case "serve": {
      const listener = await transport.listen(acceptor);
      print(await pathOf(transport));
      if (command === "serve") await untilInputEnds();
      return listener.close();
    }
    case "listen": {
      const listener = await transport.listen(acceptor);
      print("listening");
      return listener.close();
    }
    case "dial": {
      const connection = await transport.dial(signal);
      connection.start(deaf);
      connection.send(Buffer.from("the first message"));
      print("connected");
      await untilInputEnds();
      return connection.abort(new RpcError("aborted", "done"));
    }
    default:
      throw new Error(`no command ${command}`);
  }
}

try {
  await run();
} catch (error) {
  print(error instanceof RpcError ? `${error.code} ${error.message}` : String(error));
}
process.exit(0);
