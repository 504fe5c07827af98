// node --experimental-vm-modules --experimental-import-meta-resolve jest-like-realm.mjs ENDPOINT…
//
// Loads the built packages as jest does, with its environment for Node and without a transform:
// into a context with globals of its own, except that bytes and a few others are Node's. Serves
// and calls there, with values of both realms, and while all timers are faked.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const shared = [
  ..."AbortController AbortSignal ArrayBuffer Buffer DOMException Event EventTarget ReadableStream TextDecoder".split(
    " ",
  ),
  ..."TextEncoder URL Uint8Array clearImmediate clearInterval clearTimeout console performance queueMicrotask".split(
    " ",
  ),
  ..."setImmediate setInterval setTimeout structuredClone".split(" "),
];
const context = vm.createContext(Object.fromEntries(shared.map((name) => [name, globalThis[name]])));
context.globalThis = context;
context.process = Object.create(process);

const modules = new Map();

async function moduleAt(url) {
  if (!modules.has(url)) modules.set(url, url.startsWith("node:") ? ofNode(url) : ofFile(url));
  return modules.get(url);
}

async function ofNode(url) {
  const exported = await import(url);
  const names = Object.keys(exported);
  const set = function () {
    for (const name of names) this.setExport(name, exported[name]);
  };
  return new vm.SyntheticModule(names, set, { context, identifier: url });
}

async function ofFile(url) {
  const source = await readFile(fileURLToPath(url), "utf8");
  return sourceModule(source, url);
}

function sourceModule(source, identifier) {
  return new vm.SourceTextModule(source, {
    context,
    identifier,
    initializeImportMeta: (meta) => {
      meta.url = identifier;
    },
    importModuleDynamically: async (specifier) => ready(await moduleAt(resolve(specifier, identifier))),
  });
}

const resolve = (specifier, parent) => {
  const url = import.meta.resolve(specifier, parent);
  return process.getBuiltinModule("module").isBuiltin(specifier) && !url.startsWith("node:")
    ? `node:${url}`
    : url;
};

async function ready(module) {
  if (module.status === "unlinked")
    await module.link((specifier, { identifier }) => moduleAt(resolve(specifier, identifier)));
  await module.evaluate();
  return module;
}

context.endpoints = process.argv.slice(2);
context.foreign = {
  when: new Date(5),
  map: new Map([["k", new Date(1)]]),
  any: { at: new Date(2), list: [new Date(3)] },
};
await ready(
  sourceModule(
    `
    import * as rpc from "@crosspane/core/stub-v1";
    import { connect, serve, withOptions } from "@crosspane/transports";

    class EchoClient extends rpc.ClientStub {
      echo(value) { return rpc.unary(this, 0, [value]); }
      items() { return rpc.streaming(this, 1, []); }
      hang() { return rpc.unary(this, 2, []); }
    }
    const value = rpc.object("Value", { when: rpc.date, map: rpc.map(rpc.string, rpc.date), any: rpc.unknown });
    const Echo = rpc.defineService({
      name: "Echo",
      fingerprint: "1",
      methods: [
        rpc.unaryMethod("echo", "1", [rpc.param("value", value)], value),
        rpc.streamMethod("items", "2", [], rpc.stream(rpc.number)),
        rpc.unaryMethod("hang", "3", [], rpc.void),
      ],
      client: EchoClient,
      dispatch: (echo, method, args) => [echo.echo, echo.items, echo.hang][method](...args),
    });
    const implementation = {
      echo: async (value) => value,
      items: async function* () { for (let n = 0; n < 100; n++) yield n; },
      hang: () => new Promise(() => {}),
    };

    async function exercise(endpoint) {
      const server = await serve(endpoint, [Echo.implement(implementation)]);
      const connection = await connect(server.endpoint);
      const client = connection.client(Echo);
      for (const sent of [foreign, { when: new Date(5), map: new Map([["k", new Date(1)]]), any: { at: new Date(2), list: [new Date(3)] } }]) {
        const { when, map, any } = await client.echo(sent);
        const got = [when, map.get("k"), any.at, any.list[0]].map((date) => date instanceof Date && date.getTime());
        if (got.join() !== "5,1,2,3") throw new Error("got " + got);
      }
      let count = 0;
      for await (const _ of client.items()) count++;
      if (count !== 100) throw new Error("got " + count + " items");
      const late = await withOptions(client, { timeoutMs: 20 }).hang().catch(({ code }) => code);
      if (late !== "deadlineExceeded") throw new Error("got " + late);
      await connection.close({ drainMs: 0 });
      await server.close();
    }

    for (const endpoint of endpoints) await exercise(endpoint);
    const never = () => {};
    Object.assign(globalThis, { setTimeout: never, setInterval: never, setImmediate: never, queueMicrotask: never });
    Object.assign(globalThis, { clearTimeout: never, performance: { now: () => 0 } });
    process.nextTick = never;
    for (const endpoint of endpoints) await exercise(endpoint);
    console.log("done");
    `,
    import.meta.url,
  ),
);
process.exit();
