import { callContext } from "@crosspane/core";
import * as rpc from "@crosspane/core/stub-v1";

/** A service that identifies its process and can end it in the ways that tests need. */
export interface Probe {
  processId(): Promise<number>;
  /** Ends the process like a crash. */
  crash(): Promise<void>;
  /** Blocks the whole process for this many milliseconds. */
  freeze(ms: number): void;
  /** Never returns. */
  hold(): Promise<void>;
  /** Returns the id of the calling process, as far as the transport knows it; 0 if it does not. */
  callerId(): Promise<number>;
  print(text: string): Promise<void>;
}

class ProbeClient extends rpc.ClientStub implements Probe {
  processId(): Promise<number> {
    return rpc.unary(this, 0, []);
  }
  crash(): Promise<void> {
    return rpc.unary(this, 1, []);
  }
  freeze(ms: number): void {
    rpc.notify(this, 2, [ms]);
  }
  hold(): Promise<void> {
    return rpc.unary(this, 3, []);
  }
  callerId(): Promise<number> {
    return rpc.unary(this, 4, []);
  }
  print(text: string): Promise<void> {
    return rpc.unary(this, 5, [text]);
  }
}

export const Probe = rpc.defineService<Probe>({
  name: "crosspane.test.Probe",
  fingerprint: "1",
  methods: [
    rpc.unaryMethod("processId", "1", [], rpc.number),
    rpc.unaryMethod("crash", "2", [], rpc.void),
    rpc.notifyMethod("freeze", "3", [rpc.param("ms", rpc.number)]),
    rpc.unaryMethod("hold", "4", [], rpc.void),
    rpc.unaryMethod("callerId", "5", [], rpc.number),
    rpc.unaryMethod("print", "6", [rpc.param("text", rpc.string)], rpc.void),
  ],
  client: ProbeClient,
  dispatch(service, method, args) {
    switch (method) {
      case 0:
        return service.processId();
      case 1:
        return service.crash();
      case 2:
        return service.freeze(...(args as [number]));
      case 3:
        return service.hold();
      case 4:
        return service.callerId();
      default:
        return service.print(...(args as [string]));
    }
  },
});

/** The implementation of {@link Probe} for the process that it runs in. */
export const probe: Probe = {
  processId: async () => process.pid,
  async crash() {
    process.kill(process.pid, "SIGKILL");
  },
  freeze(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
  hold: () => new Promise(() => {}),
  callerId: async () => callContext().peer.processId ?? 0,
  async print(text) {
    process.stdout.write(`${text}\n`);
  },
};
