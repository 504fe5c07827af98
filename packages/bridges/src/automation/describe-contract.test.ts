import * as rpc from "@crosspane/core/stub-v1";
import { describe, expect, test } from "vitest";
import { createDesk, Desk } from "../test-support/automation-desk.js";
import { describeContract } from "./describe-contract.js";

/** Offers a service with the given methods. */
function serviceOf(...methods: readonly ReturnType<typeof rpc.unaryMethod>[]) {
  const service = rpc.defineService<object>({
    name: "Odd",
    fingerprint: "0000000000000000",
    methods,
    client: class extends rpc.ClientStub {},
    dispatch: (_service, method) => rpc.noSuchMethod(method),
  });
  return [service.implement({})];
}

describe("a contract", () => {
  test("is described with its services first", () => {
    const { interfaces, services } = describeContract([Desk.implement(createDesk())]);
    expect(services).toBe(1);
    expect(interfaces.map(({ name }) => name)).toEqual(["Desk", "Account", "Subscription"]);
    const count = interfaces[0]?.methods.find(({ name }) => name === "count");
    expect(count?.onItem).toBeDefined();
  });

  test.each([
    [
      "a stream as an argument",
      serviceOf(rpc.unaryMethod("put", "", [rpc.param("rows", rpc.stream(rpc.number))], rpc.void)),
      /Odd\.put: the parameter rows .* which a VARIANT cannot hold/,
    ],
    [
      "a stream inside a result",
      serviceOf(rpc.unaryMethod("get", "", [], rpc.object("Page", { rows: rpc.stream(rpc.number) }))),
      /Odd\.get: the result, property rows/,
    ],
    [
      "a union of an object and a function",
      serviceOf(
        rpc.unaryMethod(
          "get",
          "",
          [],
          rpc.union("Either", [rpc.object("A", { a: rpc.number }), rpc.func("f", [], rpc.void)]),
        ),
      ),
      /Odd\.get: the result is Either/,
    ],
    [
      "methods that differ only in case",
      serviceOf(rpc.unaryMethod("get", "", [], rpc.void), rpc.unaryMethod("GET", "", [], rpc.void)),
      /the methods of Odd include get and GET/,
    ],
  ])("is refused for %s", (_title, services, message) => {
    expect(() => describeContract(services)).toThrow(message);
  });
});
