import type { Readable } from "node:stream";
import * as rpc from "@crosspane/core/stub-v1";
import { type Usage, usageOfThisProcess, usageShape } from "./usage.js";

/** The service that both sides of a loaded connection offer. */
export interface Load {
  add(a: number, b: number): Promise<number>;
  echo(bytes: Uint8Array): Promise<Uint8Array>;
  produce(byteCount: number, seed: number): Promise<Uint8Array>;
  /** Never returns. */
  hold(): Promise<void>;
  /** One-way. */
  note(line: string): void;
  /** Returns the same bytes. */
  mirror(bytes: Readable): Promise<Readable>;
  /** Returns the resource usage of the service's process. */
  usage(): Promise<Usage>;
}

class LoadClient extends rpc.ClientStub implements Load {
  add(...args: Parameters<Load["add"]>): ReturnType<Load["add"]> {
    return rpc.unary(this, 0, args);
  }
  echo(...args: Parameters<Load["echo"]>): ReturnType<Load["echo"]> {
    return rpc.unary(this, 1, args);
  }
  produce(...args: Parameters<Load["produce"]>): ReturnType<Load["produce"]> {
    return rpc.unary(this, 2, args);
  }
  hold(...args: Parameters<Load["hold"]>): ReturnType<Load["hold"]> {
    return rpc.unary(this, 3, args);
  }
  note(...args: Parameters<Load["note"]>): void {
    rpc.notify(this, 4, args);
  }
  mirror(...args: Parameters<Load["mirror"]>): ReturnType<Load["mirror"]> {
    return rpc.unary(this, 6, args);
  }
  usage(...args: Parameters<Load["usage"]>): ReturnType<Load["usage"]> {
    return rpc.unary(this, 5, args);
  }
}

export const Load = rpc.defineService<Load>({
  name: "crosspane.test.Load",
  fingerprint: "1",
  methods: [
    rpc.unaryMethod("add", "1", [rpc.param("a", rpc.number), rpc.param("b", rpc.number)], rpc.number),
    rpc.unaryMethod("echo", "2", [rpc.param("bytes", rpc.bytes)], rpc.bytes),
    rpc.unaryMethod(
      "produce",
      "3",
      [rpc.param("byteCount", rpc.number), rpc.param("seed", rpc.number)],
      rpc.bytes,
    ),
    rpc.unaryMethod("hold", "4", [], rpc.void),
    rpc.notifyMethod("note", "5", [rpc.param("line", rpc.string)]),
    rpc.unaryMethod("usage", "6", [], usageShape),
    rpc.unaryMethod(
      "mirror",
      "7",
      [rpc.param("bytes", rpc.byteStream("Readable"))],
      rpc.byteStream("Readable"),
    ),
  ],
  client: LoadClient,
  dispatch(service, method, args) {
    switch (method) {
      case 0:
        return service.add(...(args as [number, number]));
      case 1:
        return service.echo(...(args as [Uint8Array]));
      case 2:
        return service.produce(...(args as [number, number]));
      case 3:
        return service.hold();
      case 4:
        return service.note(...(args as [string]));
      case 5:
        return service.usage();
      default:
        return service.mirror(...(args as [Readable]));
    }
  },
});

/** The implementation that all load tests serve. */
export const load: Load = {
  add: async (a, b) => a + b,
  echo: async (bytes) => bytes,
  produce: async (byteCount, seed) => new Uint8Array(byteCount).fill(seed & 0xff),
  hold: () => new Promise(() => {}),
  note: () => {},
  mirror: async (bytes) => bytes,
  usage: async () => usageOfThisProcess(),
};

export const loadImplementation = Load.implement(load);
