import { onTestFinished } from "vitest";
import type { ErrorReport } from "../call/error-reports.js";
import { type ConnectOptions, connect } from "../connect/connect.js";
import { type ServeOptions, serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

/** A service for tests of the code around a call. */
export interface Jobs {
  run(how: string): Promise<string>;
  note(text: string): void;
  /** Idempotent. */
  look(at: string): Promise<string>;
  /** Declares {@link Broken}. */
  watch(what: string): AsyncIterable<string>;
  /** Idempotent. */
  tell(listener: (line: string) => Promise<void>): Promise<string>;
  open(name: string): Promise<Tool>;
}

/** An object by reference. */
export interface Tool {
  use(how: string): Promise<string>;
}

/** A declared error. */
export class Broken extends Error {
  override readonly name = "Broken";
  readonly part: string;

  constructor(part: string) {
    super(`${part} is broken`);
    this.part = part;
  }
}

class ToolClient extends rpc.ClientStub implements Tool {
  use(...args: Parameters<Tool["use"]>): ReturnType<Tool["use"]> {
    return rpc.unary(this, 0, args);
  }
}

class JobsClient extends rpc.ClientStub implements Jobs {
  run(...args: Parameters<Jobs["run"]>): ReturnType<Jobs["run"]> {
    return rpc.unary(this, 0, args);
  }
  note(...args: Parameters<Jobs["note"]>): void {
    rpc.notify(this, 1, args);
  }
  look(...args: Parameters<Jobs["look"]>): ReturnType<Jobs["look"]> {
    return rpc.unary(this, 2, args);
  }
  watch(...args: Parameters<Jobs["watch"]>): ReturnType<Jobs["watch"]> {
    return rpc.streaming(this, 3, args);
  }
  tell(...args: Parameters<Jobs["tell"]>): ReturnType<Jobs["tell"]> {
    return rpc.unary(this, 4, args);
  }
  open(...args: Parameters<Jobs["open"]>): ReturnType<Jobs["open"]> {
    return rpc.unary(this, 5, args);
  }
}

/** Rules of the contract, by who may call. */
export interface JobsRules {
  readonly service?: readonly string[];
  readonly run?: readonly string[];
  readonly note?: readonly string[];
  /** Rules of the service by reference. */
  readonly tool?: readonly string[];
}

const text = [rpc.param("text", rpc.string)];

export function jobsService(rules: JobsRules = {}) {
  const allow = (rule: readonly string[] | undefined) => (rule === undefined ? {} : { allow: rule });
  const errors = [rpc.errorType("Broken", Broken, { part: rpc.string })];
  const listener = rpc.func("Listener", [rpc.param("line", rpc.string)], rpc.void);
  const Tool = rpc.defineService<Tool>({
    name: "Tool",
    fingerprint: "0",
    methods: [rpc.unaryMethod("use", "1", text, rpc.string)],
    ...allow(rules.tool),
    client: ToolClient,
    dispatch: (service, _, args) => service.use(...(args as [string])),
  });
  return rpc.defineService<Jobs>({
    name: "Jobs",
    fingerprint: "0",
    methods: [
      rpc.unaryMethod("run", "1", text, rpc.string, allow(rules.run)),
      rpc.notifyMethod("note", "2", text, allow(rules.note)),
      rpc.unaryMethod("look", "3", text, rpc.string, { idempotent: true }),
      rpc.streamMethod("watch", "4", text, rpc.stream(rpc.string), { errors }),
      rpc.unaryMethod("tell", "5", [rpc.param("listener", listener)], rpc.string, { idempotent: true }),
      rpc.unaryMethod(
        "open",
        "6",
        text,
        rpc.reference(() => Tool),
      ),
    ],
    ...allow(rules.service),
    client: JobsClient,
    dispatch(service, method, args) {
      const [argument] = args as [string];
      switch (method) {
        case 0:
          return service.run(argument);
        case 1:
          return service.note(argument);
        case 2:
          return service.look(argument);
        case 3:
          return service.watch(argument);
        case 4:
          return service.tell(...(args as unknown as Parameters<Jobs["tell"]>));
        case 5:
          return service.open(argument);
        default:
          return rpc.noSuchMethod(method);
      }
    },
  });
}

/** Answers with its arguments. */
export const idleJobs: Jobs = {
  run: async (how) => how,
  note: () => {},
  look: async (at) => at,
  async *watch(what) {
    yield* what;
  },
  tell: async (listener) => {
    await listener("told");
    return "told";
  },
  open: async (name) => ({ use: async (how) => `${name} ${how}` }),
};

export interface OpenJobs {
  readonly jobs?: Partial<Jobs>;
  readonly rules?: JobsRules;
  readonly client?: ConnectOptions;
  readonly server?: ServeOptions;
}

let names = 0;

/** Opens a client and a server of {@link Jobs} in this process, closed when the test is over. */
export async function openJobs({ jobs = {}, rules, client = {}, server = {} }: OpenJobs = {}) {
  const transport = memory(`jobs ${++names}`);
  const Service = jobsService(rules);
  const serverReports: ErrorReport[] = [];
  const clientReports: ErrorReport[] = [];
  const implementation: Jobs = { ...idleJobs, ...jobs };
  const running = await serve(transport, [Service.implement(implementation)], {
    onError: (report) => void serverReports.push(report),
    ...server,
  });
  onTestFinished(() => running.close({ drainMs: 0 }));
  const connection = await connect(transport, {
    onError: (report) => void clientReports.push(report),
    ...client,
  });
  onTestFinished(() => connection.close({ drainMs: 0 }));
  return { connection, client: connection.client(Service), server: running, serverReports, clientReports };
}

/** Resolves after everything in flight has arrived. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
