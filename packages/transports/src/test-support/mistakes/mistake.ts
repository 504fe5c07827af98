import {
  type Connection,
  type ConnectOptions,
  connect,
  type ServeOptions,
  type Server,
  type ServiceImplementation,
  serve,
} from "../../index.js";
import { Hello, hello } from "./hello-service.js";

/** A common mistake, as a row of docs/troubleshooting.md. */
export interface Mistake {
  /** The whole text of the error; `…` stands for anything. */
  readonly error: string;
  /** The error's code. */
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
  /** Makes the mistake; resolves if no error came of it. */
  readonly make: (place: Place) => unknown;
  /** Set if only this system has the error. */
  readonly only?: "windows" | "elsewhere";
  /** Set if the error is one that `onError` of the server gets. */
  readonly reported?: true;
}

/** Mistakes of one kind. */
export interface MistakeGroup {
  readonly title: string;
  readonly mistakes: readonly Mistake[];
}

/** Lets TypeScript accept what only JavaScript, a cast or a value from outside can pass. */
export const js = <T>(value: unknown): T => value as T;

let places = 0;

/** Servers and connections of one mistake. */
export class Place {
  /** A name that is not in use. */
  readonly name = `mistake-${process.pid}-${++places}`;
  /** An endpoint that is not in use and that every system has. */
  readonly endpoint = `pipe:${this.name}`;
  /** Errors that the servers reported. */
  readonly reports: unknown[] = [];
  readonly #open: (Server | Connection)[] = [];

  /** Serves a `Hello`, or other services. */
  async serve(options: ServeOptions = {}, services: readonly ServiceImplementation[] = [hello()]) {
    return this.serveAt(this.endpoint, options, services);
  }

  async serveAt(
    endpoint: string,
    options: ServeOptions = {},
    services: readonly ServiceImplementation[] = [hello()],
  ) {
    const onError: ServeOptions["onError"] = ({ error }) => void this.reports.push(error);
    const server = await serve(endpoint, services, { onError, ...options });
    this.#open.push(server);
    return server;
  }

  async connect(options: ConnectOptions = {}, endpoint: string = this.endpoint) {
    const connection = await connect(endpoint, options);
    this.#open.push(connection);
    return connection;
  }

  /** Serves a `Hello` whose methods are these where given, and returns a client of it. */
  async client(methods: Partial<Hello> = {}): Promise<Hello> {
    await this.serve({}, [hello(methods)]);
    return (await this.connect()).client(Hello);
  }

  async clear(): Promise<void> {
    for (const each of this.#open.reverse()) await each.close({ drainMs: 0 });
  }
}
