import { RpcError } from "../../../errors/rpc-error.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { Rejected } from "../references.service.js";
import { ConformanceStreams } from "../streams.crosspane.js";
import { OutOfStock } from "../streams.service.js";
import { cases } from "./case.js";

async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

export const typedErrorCases: readonly ConformanceCase[] = cases("errors", {
  "a declared error arrives as its class, with its fields": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const thrown = await thrownBy(service.order("out of stock"));
    kit.isTrue(thrown instanceof OutOfStock, "no OutOfStock");
    const { name, message, sku, left } = thrown as OutOfStock;
    kit.equal([name, message, sku, left], ["OutOfStock", "chair is out of stock", "chair", 2n ** 70n]);
  },
  "of several declared errors each arrives as its own class": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const thrown = await thrownBy(service.order("rejected"));
    kit.isTrue(thrown instanceof Rejected, "no Rejected");
    const { reasons, since, again } = thrown as Rejected;
    kit.equal([reasons, since, again], [new Set(["late", "far"]), new Date(0), undefined]);
  },
  "a declared error in a stream arrives after the items before it": async (kit) => {
    const service = (await kit.connect()).client(ConformanceStreams);
    const items: number[] = [];
    const thrown = await thrownBy(
      (async () => {
        for await (const item of service.breakAfter(100, "declared")) items.push(item);
      })(),
    );
    kit.isTrue(thrown instanceof OutOfStock && thrown.left === 100n, "no OutOfStock");
    kit.equal(items.length, 100);
  },
  "a subclass of a declared error travels as what was declared, without the rest": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const thrown = await thrownBy(service.order("subclass"));
    kit.isTrue(thrown instanceof OutOfStock && thrown.left === 3n, "no OutOfStock");
    kit.isTrue(!("secret" in (thrown as object)), "the secret has arrived");
  },
  "an error that is not declared, or whose fields are others, is internal and tells nothing": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    for (const how of ["undeclared", "odd fields"] as const) {
      const thrown = await thrownBy(service.order(how));
      kit.isTrue(thrown instanceof RpcError && thrown.code === "internal", "no internal error");
      kit.isTrue(
        !JSON.stringify(thrown).includes("secret") && !String(thrown).includes("secret"),
        String(thrown),
      );
    }
  },
});
