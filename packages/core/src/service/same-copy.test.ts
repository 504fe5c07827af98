import { expect, test, vi } from "vitest";
import { connect } from "../connect/connect.js";
import { serve } from "../server/serve.js";
import { memory } from "../testing/index.js";

/** Creates Greeter like a module that imports another copy of this package. */
async function greeterOfAnotherCopy() {
  vi.resetModules();
  const rpc = await import("../stub-v1/index.js");
  class GreeterClient extends rpc.ClientStub {}
  return rpc.defineService({
    name: "Greeter",
    fingerprint: "0123456789abcdef",
    methods: [],
    client: GreeterClient,
    dispatch: (_service, method) => rpc.noSuchMethod(method),
  });
}

const refusal = {
  code: "failedPrecondition",
  message: expect.stringMatching(/two copies of @crosspane\/core.*Greeter.*npm ls @crosspane\/core/),
};

test("a contract of another copy of the package is refused where it is used, with a remedy", async () => {
  const Greeter = await greeterOfAnotherCopy();
  await expect(serve(memory("copies"), [Greeter.implement({} as never)])).rejects.toMatchObject(refusal);
  await using _ = await serve(memory("copies"), []);
  await using connection = await connect(memory("copies"));
  expect(() => connection.client(Greeter)).toThrow(expect.objectContaining(refusal));
  await using lasting = await connect(memory("copies"), { reconnect: {} });
  expect(() => lasting.client(Greeter)).toThrow(expect.objectContaining(refusal));
});
