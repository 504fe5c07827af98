import * as rpc from "../../stub-v1/index.js";

/** Result of a call: its own number, so that a wrong answer is noticed. */
export interface Done {
  readonly n: number;
}

/** The service that both sides of an interleaving offer. */
export interface Work {
  run(n: number): Promise<Done>;
  /** One-way. */
  note(n: number): void;
}

class WorkClient extends rpc.ClientStub implements Work {
  run(...args: Parameters<Work["run"]>): ReturnType<Work["run"]> {
    return rpc.unary(this, 0, args);
  }
  note(...args: Parameters<Work["note"]>): void {
    rpc.notify(this, 1, args);
  }
}

export const Work = rpc.defineService<Work>({
  name: "Work",
  fingerprint: "0",
  methods: [
    rpc.unaryMethod("run", "1", [rpc.param("n", rpc.number)], rpc.object("Done", { n: rpc.number })),
    rpc.notifyMethod("note", "2", [rpc.param("n", rpc.number)]),
  ],
  client: WorkClient,
  dispatch: (work, method, args) =>
    method === 0
      ? work.run(...(args as Parameters<Work["run"]>))
      : work.note(...(args as Parameters<Work["note"]>)),
});
