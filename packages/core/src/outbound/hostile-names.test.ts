import { expect, test } from "vitest";
import { connect } from "../connect/connect.js";
import { serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

/** Names of properties that every object has, or that the language gives a meaning. */
const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "then", "prototype"];

interface Named {
  call(method: number): Promise<string>;
}

class NamedClient extends rpc.ClientStub implements Named {
  call(method: number): Promise<string> {
    return rpc.unary(this, method, []);
  }
}

/** A service with a method of each name. */
function service(name: string, methods: readonly string[]) {
  return rpc.defineService<Named>({
    name,
    fingerprint: "1",
    methods: methods.map((method) => rpc.unaryMethod(method, "1", [], rpc.string)),
    client: NamedClient,
    dispatch: (named, method) => named.call(method),
  });
}

/** An implementation with a function of each name. */
function implementation(methods: readonly string[], call: Named["call"]): Named {
  const implemented = { call };
  for (const method of methods) Object.defineProperty(implemented, method, { value: () => {} });
  return implemented;
}

let servers = 0;

test("a peer that offers nothing does not offer services of these names", async () => {
  const transport = memory(`hostile names ${++servers}`);
  await using _ = await serve(transport, []);
  await using connection = await connect(transport);
  for (const name of names) {
    expect(connection.offers({ definition: { name } })).toBe(false);
    await expect(connection.client(service(name, ["get"])).call(0)).rejects.toMatchObject({
      code: "unimplemented",
    });
  }
});

test("a missing method of such a name is reported", async () => {
  const transport = memory(`hostile names ${++servers}`);
  const offered = service("S", ["get"]).implement(implementation(["get"], async () => "got"));
  await using _ = await serve(transport, [offered]);
  await using connection = await connect(transport);
  for (const name of names) {
    await expect(connection.client(service("S", [name])).call(0)).rejects.toMatchObject({
      code: "unimplemented",
    });
  }
  expect(await connection.client(service("S", ["get"])).call(0)).toBe("got");
});

test("services and methods of such names work, and reach only what was offered", async () => {
  const transport = memory(`hostile names ${++servers}`);
  const offered = names.map((name) =>
    service(name, names).implement(implementation(names, async (method) => `${name}.${names[method]}`)),
  );
  await using _ = await serve(transport, offered);
  await using connection = await connect(transport);
  for (const name of names) {
    const client = connection.client(service(name, names));
    for (const [i, method] of names.entries()) expect(await client.call(i)).toBe(`${name}.${method}`);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
});
