import { randomUUID } from "node:crypto";
import {
  type Connection,
  type ConnectionOptions,
  connect,
  RpcError,
  type Server,
  type Service,
  type ServiceImplementation,
  serve,
  withOptions,
} from "@crosspane/core";
import { memory } from "@crosspane/core/testing";
import type { ApartmentThread } from "./apartment-thread.js";
import type { CallRouter } from "./call-router.js";
import { describeContract } from "./describe-contract.js";
import { canonicalGuid } from "./guid.js";
import { assertProgId } from "./prog-id.js";

/** Options of {@link automation}. */
export interface AutomationOptions extends ConnectionOptions {
  /**
   * Name of the class for `CreateObject`, such as `Shop.Stock`: up to 39 letters, digits and dots.
   */
  readonly progId: string;
  /** The class id: a GUID that this class keeps for ever. `crypto.randomUUID()` makes one. */
  readonly clsid: string;
  /**
   * Services that scripts call. The methods of a single one are those of the class; several are
   * properties of it.
   */
  readonly services: readonly ServiceImplementation[];
  /**
   * Number of threads that COM calls, 1 to 32, by default 4. A thread that waits for the answer of
   * a call handles further calls, and answers these first. So a short call waits for a long one
   * only if more clients call at once than there are threads.
   */
  readonly threads?: number;
  /** Milliseconds that a call may take; by default they are not limited. */
  readonly timeoutMs?: number;
}

/** A running class. */
export interface Automation extends AsyncDisposable {
  readonly progId: string;
  /** The class id, with braces. */
  readonly clsid: string;
  /** Numbers of what exists now, for tests and for looking for leaks. */
  readonly counts: AutomationCounts;
  /** Cuts off all clients, whose calls fail, and frees the class. */
  close(): Promise<void>;
}

/** Numbers of what a class holds for its clients. */
export interface AutomationCounts {
  /** COM objects, those of the class itself included. */
  readonly objects: number;
  /** Objects and functions of the services that scripts hold. */
  readonly references: number;
  /** Objects and functions of scripts that the services hold. */
  readonly scriptObjects: number;
}

const defaultThreads = 4;
const maxThreads = 32;

/**
 * Offers services to scripts and programs as a class of COM automation: `IDispatch`, out of
 * process, also from the running object table. The class must be registered for `CreateObject` to
 * find it; see {@link registerAutomation}.
 * @throws {RpcError} `invalidArgument` for a service that automation cannot express, an invalid
 * name or number; `unimplemented` on another system than Windows; `internal` if COM refuses the
 * class.
 */
export async function automation(options: AutomationOptions): Promise<Automation> {
  const { progId, clsid, services, threads = defaultThreads, timeoutMs, ...served } = options;
  assertProgId(progId);
  const id = canonicalGuid(clsid, "clsid");
  if (!Number.isInteger(threads) || threads < 1 || threads > maxThreads) {
    throw new RpcError("invalidArgument", `automation: threads must be 1 to ${maxThreads}, got ${threads}`);
  }
  if (services.length === 0)
    throw new RpcError("invalidArgument", "automation: there are no services to offer");
  const contract = describeContract(services);
  if (process.platform !== "win32") {
    throw new RpcError("unimplemented", "automation: COM exists on Windows only");
  }
  const { ApartmentThread } = await import("./apartment-thread.js");
  const { CallRouter } = await import("./call-router.js");
  const transport = memory(`automation-${randomUUID()}`);
  const server = await serve(transport, services, served);
  const started: Partial<RunningParts> & { server: Server; threads: ApartmentThread[] } = {
    server,
    threads: [],
  };
  try {
    started.connection = await connect(
      transport,
      served.limits === undefined ? {} : { limits: served.limits },
    );
    const { client } = started.connection;
    const clients = services.map(({ definition }) =>
      withOptions(client({ definition } as Service<object>), { timeoutMs }),
    );
    const router = new CallRouter(contract, clients);
    for (let index = 0; index < threads; index++) {
      const isActive = index === threads - 1;
      started.threads.push(
        new ApartmentThread({ contract, progId, clsid: id, isFirst: index === 0, isActive }, router),
      );
    }
    const factories = await Promise.all(started.threads.map(({ ready }) => ready));
    await started.threads[0]?.publish(factories.filter((factory) => factory !== undefined));
    return new RunningAutomation({ progId, clsid: id, ...started, router } as RunningParts);
  } catch (thrown) {
    await closeAll(started);
    throw thrown;
  }
}

interface RunningParts {
  readonly progId: string;
  readonly clsid: string;
  readonly server: Server;
  connection: Connection;
  readonly router: CallRouter;
  readonly threads: readonly ApartmentThread[];
}

class RunningAutomation implements Automation {
  readonly progId: string;
  readonly clsid: string;
  readonly #parts: RunningParts;
  #closing: Promise<void> | undefined;

  constructor(parts: RunningParts) {
    this.progId = parts.progId;
    this.clsid = parts.clsid;
    this.#parts = parts;
  }

  get counts(): AutomationCounts {
    const { threads, router } = this.#parts;
    const sum = (cell: "objects" | "scriptObjects") =>
      threads.reduce((total, thread) => total + thread.count(cell), 0);
    return { objects: sum("objects"), references: router.size, scriptObjects: sum("scriptObjects") };
  }

  close(): Promise<void> {
    this.#closing ??= closeAll(this.#parts);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function closeAll(parts: {
  readonly threads: readonly ApartmentThread[];
  readonly connection?: Connection;
  readonly server: Server;
}): Promise<void> {
  // One after the other: koffi can hang when two threads that used it end at once.
  for (const thread of parts.threads) await thread.close();
  await parts.connection?.close();
  await parts.server.close();
}
