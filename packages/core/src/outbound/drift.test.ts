import { expect, test } from "vitest";
import { connect } from "../connect/connect.js";
import { serve } from "../server/serve.js";
import { defineService, type Service } from "../stub-v1/index.js";
import { Conformance } from "../testing/conformance/conformance.crosspane.js";
import { memory } from "../testing/index.js";

/** The service, generated from an older contract. */
function older(
  change: (methods: Service<Conformance>["definition"]["methods"]) => typeof methods,
): Service<Conformance> {
  const { definition } = Conformance;
  return defineService({ ...definition, fingerprint: "older", methods: change(definition.methods) });
}

async function callBoth(name: string, theirs: Service<Conformance>) {
  const implementation = new Proxy(
    { add: async (a: number, b: number) => a + b, echoText: async (text: string) => text },
    { get: (methods, method) => Reflect.get(methods, method) ?? (async () => undefined) },
  );
  const server = await serve(memory(name), [theirs.implement(implementation as unknown as Conformance)]);
  const connection = await connect(memory(name));
  const service = connection.client(Conformance);
  const results = await Promise.allSettled([service.add(1, 2), service.echoText("a")]);
  await connection.close();
  await server.close();
  return results;
}

test("a method with another signature fails by name, and the others work", async () => {
  const theirs = older((methods) =>
    methods.map((method) =>
      method.name === "echoText" ? { ...method, fingerprint: "ffffffffffffffff" } : method,
    ),
  );
  const [add, echoText] = await callBoth("drift 1", theirs);
  expect(add).toMatchObject({ status: "fulfilled", value: 3 });
  expect(echoText).toMatchObject({ reason: { code: "failedPrecondition" } });
  expect(String((echoText as PromiseRejectedResult).reason)).toContain("crosspane.Conformance.echoText");
});

test("a method that the peer lacks fails by name, and the others use the peer's numbers", async () => {
  const { definition } = Conformance;
  const kept = definition.methods.filter(({ name }) => name !== "echoText");
  const theirs = defineService<Conformance>({
    ...definition,
    methods: kept,
    dispatch: (service, method, args) =>
      definition.dispatch(service, definition.methods.indexOf(kept[method] as (typeof kept)[number]), args),
  });
  const [add, echoText] = await callBoth("drift 2", theirs);
  expect(add).toMatchObject({ status: "fulfilled", value: 3 });
  expect(echoText).toMatchObject({ reason: { code: "unimplemented" } });
});
