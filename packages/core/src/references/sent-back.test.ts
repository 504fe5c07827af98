import { expect, onTestFinished, test } from "vitest";
import {
  type ConnectOptions,
  connect,
  RpcError,
  type ServeOptions,
  type Subscription,
  serve,
} from "../index.js";
import type { MethodOptions } from "../service/method.js";
import type { Shape } from "../shape/shape.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../transport/memory-transport.js";

/** Defines a service of unary methods, with a stub and a dispatch like those of generated code. */
function define<T>(
  name: string,
  methods: {
    readonly [method: string]: readonly [params: readonly Shape[], result: Shape, tags?: MethodOptions];
  },
  tags: { readonly allow?: readonly string[]; readonly disposable?: true } = {},
): rpc.Service<T> {
  const names = Object.keys(methods);
  class Client extends rpc.ClientStub {}
  for (const [number, method] of names.entries()) {
    Object.defineProperty(Client.prototype, method, {
      value(this: Client, ...args: unknown[]) {
        return rpc.unary(this, number, args);
      },
    });
  }
  return rpc.defineService<T>({
    name,
    fingerprint: name,
    methods: Object.entries(methods).map(([method, [params, result, options]]) => {
      const declared = params.map((shape, place) => rpc.param(`p${place}`, shape));
      return rpc.unaryMethod(method, `of ${method}`, declared, result, options);
    }),
    ...tags,
    client: Client as never,
    dispatch: (service, method, args) =>
      (service[names[method] as keyof T] as (...all: readonly unknown[]) => unknown)(...args),
  });
}

type Line = (text: string) => Promise<string>;
type Pick = (at: number) => Promise<string>;
const lineShape = (name: string, print: string | undefined = "line") =>
  rpc.func(name, [rpc.param("text", rpc.string)], rpc.string, print);
const pickShape = rpc.func("pick", [rpc.param("at", rpc.number)], rpc.string, "pick");
const oldShape = rpc.func("old", [rpc.param("text", rpc.string)], rpc.string);

interface Functions {
  line(): Promise<Line>;
  old(): Promise<Line>;
  callLine(line: Line): Promise<string>;
  callPick(pick: Pick): Promise<string>;
  callOld(line: Line): Promise<string>;
  callOtherOld(line: Line): Promise<string>;
  end(subscription: Subscription): Promise<string>;
  swap(line: Line): Promise<Pick>;
  back(line: Line): Promise<Line>;
}
const functionMethods = {
  line: [[], lineShape("result")],
  old: [[], oldShape],
  callLine: [[lineShape("line")], rpc.string],
  callPick: [[pickShape], rpc.string],
  callOld: [[oldShape], rpc.string],
  callOtherOld: [[lineShape("other", undefined)], rpc.string],
  end: [[rpc.subscription], rpc.string],
  swap: [[lineShape("line")], pickShape],
  back: [[lineShape("line")], lineShape("result")],
} as const;
const Functions = define<Functions>("Functions", functionMethods);
/**
 * A hostile or mistaken holder: it sends everything by the type that suits it, with signatures that
 * the other side takes for its own.
 */
const Lying = define<Functions>("Functions", {
  ...functionMethods,
  callLine: [[oldShape], rpc.string],
  callPick: [[lineShape("line")], rpc.string],
  callOtherOld: [[oldShape], rpc.string],
  end: [[lineShape("line")], rpc.string],
  swap: [[lineShape("line")], lineShape("result")],
});

let names = 0;

async function open<T>(
  service: rpc.Service<T>,
  implementation: T,
  { offered = [], ...options }: ServeOptions & { readonly offered?: Parameters<typeof serve>[1] } = {},
  client: ConnectOptions = {},
) {
  const transport = memory(`sent back ${names++}`);
  const offering = [service.implement(implementation), ...offered];
  const server = await serve(transport, offering, { onError: () => {}, ...options });
  onTestFinished(() => server.close({ drainMs: 0 }));
  const connection = await connect(transport, { onError: () => {}, ...client });
  onTestFinished(() => connection.close({ drainMs: 0 }));
  return { connection, remote: connection.client(service) as T };
}

async function openFunctions() {
  const calls: unknown[] = [];
  const given = Object.assign(
    async (text: string) => {
      calls.push(text);
      return `<${text}>`;
    },
    { [Symbol.dispose]: () => calls.push("disposed") },
  );
  const seen: unknown[] = [];
  const local: Functions = {
    line: async () => given,
    old: async () => given,
    callLine: async (line) => {
      seen.push(line === given);
      return line("text");
    },
    callPick: async (pick) => pick(7),
    callOld: async (line) => line("old"),
    callOtherOld: async (line) => line("other old"),
    end: async (subscription) => {
      subscription[Symbol.dispose]();
      return "ended";
    },
    swap: async (line) => line as unknown as Pick,
    back: async (line) => line,
  };
  const { connection, remote } = await open(Functions, local);
  return { local, remote, liar: connection.client(Lying), calls, seen };
}

test("a function comes back as the original for its own type, whatever the type's name there", async () => {
  const { remote, calls, seen } = await openFunctions();
  expect(await remote.callLine(await remote.line())).toBe("<text>");
  expect([calls, seen]).toEqual([["text"], [true]]);
});

test("a function is neither returned nor called as another type", async () => {
  const { remote, liar, calls } = await openFunctions();
  const line = await remote.line();
  await expect(liar.callPick(line as unknown as Pick)).rejects.toMatchObject({
    code: "invalidArgument",
    message:
      "Functions.callPick: p0: expected pick, got result, which was not given as a function of this type",
  });
  expect(calls).toEqual([]);
});

test("a function of the peer that is passed on as another type travels as a function of this side", async () => {
  const { remote, calls, seen } = await openFunctions();
  const line = await remote.line();
  // Its type takes no number, and its proxy checks that.
  await expect(remote.callPick(line as unknown as Pick)).rejects.toMatchObject({ code: "invalidArgument" });
  expect(calls).toEqual([]);
  expect(await remote.callLine(await remote.old())).toBe("<text>");
  expect([calls, seen]).toEqual([["text"], [false]]);
});

test("functions without a fingerprint are distinguished by their declaration", async () => {
  const { remote, liar, calls } = await openFunctions();
  const old = await remote.old();
  expect(await remote.callOld(old)).toBe("<old>");
  for (const call of [liar.callOtherOld, liar.callLine]) {
    await expect(call.call(liar, old)).rejects.toMatchObject({
      code: "invalidArgument",
      message: expect.stringContaining("got old, which was not given as a function of this type"),
    });
  }
  expect(calls).toEqual(["old"]);
});

test("a function does not come back as a disposable", async () => {
  const { remote, liar, calls } = await openFunctions();
  const line = await remote.line();
  await expect(liar.end(line as unknown as Subscription)).rejects.toMatchObject({
    code: "invalidArgument",
    message: expect.stringContaining("got result, which was not given to be disposed of"),
  });
  expect(calls).toEqual([]);
});

test("a caller does not receive its own function as another type", async () => {
  const { local, remote } = await openFunctions();
  const own: Line = async (text) => text;
  expect(await remote.back(own)).toBe(own);
  const { connection } = await open(Lying, local);
  await expect(connection.client(Functions).swap(own)).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining("which was not given as a function of this type"),
  });
});

interface Vault {
  label(): Promise<string>;
  open(): Promise<string>;
}
type Labelled = Omit<Vault, "open">;
type Opener = Omit<Vault, "label">;

const nobody = { allow: ["elevated"] };
const label = [[], rpc.string] as const;
const Vault = define<Vault>("Vault", { label, open: [[], rpc.string, nobody] });
const ClosedVault = define<Vault>("ClosedVault", { label, open: label }, nobody);
const OpenVault = define<Vault>("OpenVault", { label, open: label }, { allow: ["sameUser"] });
const Labelled = define<Labelled>("Labelled", { label });
const Opener = define<Opener>("Opener", { open: label });
const Anything = define<object>("Anything", {});
const Owned = define<Disposable>("Owned", {}, { disposable: true });
const by = (service: rpc.Service<never>) => rpc.reference(() => service as rpc.Service<unknown>);

interface Desk {
  vault(): Promise<Vault>;
  closed(): Promise<Vault>;
  opened(): Promise<Vault>;
  anything(): Promise<object>;
  openVault(vault: Vault): Promise<string>;
  openClosed(vault: Vault): Promise<string>;
  openOpen(vault: Vault): Promise<string>;
  openOnly(opener: Opener): Promise<string>;
  labelOf(labelled: Labelled): Promise<string>;
  hold(anything: object): Promise<string>;
  dispose(owned: Disposable): Promise<string>;
  ask(client: (vault: Vault) => Promise<Opener>): Promise<string>;
}
const asked = rpc.func("client", [rpc.param("vault", by(Vault as never))], by(Opener as never), "ask");
const Desk = define<Desk>("Desk", {
  vault: [[], by(Vault as never)],
  closed: [[], by(ClosedVault as never)],
  opened: [[], by(OpenVault as never)],
  anything: [[], by(Anything as never)],
  openVault: [[by(Vault as never)], rpc.string],
  openClosed: [[by(ClosedVault as never)], rpc.string],
  openOpen: [[by(OpenVault as never)], rpc.string],
  openOnly: [[by(Opener as never)], rpc.string],
  labelOf: [[by(Labelled as never)], rpc.string],
  hold: [[by(Anything as never)], rpc.string],
  dispose: [[by(Owned as never)], rpc.string],
  ask: [[asked], rpc.string],
});

async function openDesk(authorize?: ServeOptions["authorize"]) {
  const calls: string[] = [];
  const vault = {
    label: async () => "V1",
    open: async () => {
      calls.push("open");
      return "gold";
    },
    [Symbol.dispose]: () => void calls.push("disposed"),
  };
  const held: object[] = [];
  const openIt = (given: Vault) => given.open();
  const give = async () => vault;
  const local: Desk = {
    vault: give,
    closed: give,
    opened: give,
    anything: give,
    openVault: openIt,
    openClosed: openIt,
    openOpen: openIt,
    openOnly: (opener) => opener.open(),
    labelOf: (labelled) => labelled.label(),
    hold: async (anything) => String(held.push(anything)),
    dispose: async (owned) => {
      owned[Symbol.dispose]();
      return "disposed";
    },
    ask: async (client) => (await client(vault)).open(),
  };
  const offered = [Vault.implement(vault), ClosedVault.implement(vault), OpenVault.implement(vault)];
  const { connection, remote } = await open(Desk, local, { offered, ...(authorize && { authorize }) });
  return { connection, desk: remote, calls, held };
}

test("a peer may have called what it may call itself, also by reference", async () => {
  const { connection, desk, calls } = await openDesk();
  expect(await desk.openOpen(await desk.opened())).toBe("gold");
  expect(await desk.openOpen(connection.client(OpenVault))).toBe("gold");
  expect(calls).toEqual(["open", "open"]);
});

test("an object that a peer may not call is not called for it", async () => {
  const { connection, desk, calls } = await openDesk();
  for (const closed of [await desk.closed(), connection.client(ClosedVault)]) {
    await expect(closed.open()).rejects.toMatchObject({ code: "permissionDenied" });
    await expect(desk.openClosed(closed)).rejects.toMatchObject({
      code: "permissionDenied",
      message:
        "the ClosedVault cannot be passed back by this peer: ClosedVault.open may not be called by this peer. " +
        "It asks for: elevated (the transport memory does not know)",
    });
  }
  expect(calls).toEqual([]);
});

test("one method that a peer may call is enough, if the handler may call it", async () => {
  const { connection, desk, calls } = await openDesk();
  for (const vault of [await desk.vault(), connection.client(Vault)]) {
    await expect(vault.open()).rejects.toMatchObject({ code: "permissionDenied" });
    expect(await desk.labelOf(vault)).toBe("V1");
    // Further calls of the handler are its own decision, as is the method that has no rules.
    expect(await desk.openVault(vault)).toBe("gold");
    await expect(desk.openOnly(vault)).rejects.toMatchObject({
      code: "permissionDenied",
      message: expect.stringContaining("the Vault cannot be passed back by this peer: Vault.open may not"),
    });
  }
  expect(calls).toEqual(["open", "open"]);
});

test("an object without a method that the peer may call does not come back", async () => {
  const { connection, desk, held } = await openDesk();
  for (const closed of [await desk.closed(), connection.client(ClosedVault)]) {
    await expect(desk.hold(closed)).rejects.toMatchObject({ code: "permissionDenied" });
  }
  expect(await desk.hold(await desk.vault())).toBe("1");
  // An object without methods has no rule to break, so it may be sent back.
  expect(await desk.hold(await desk.anything())).toBe("2");
  expect(held[0]).toBe(held[1]);
});

test("an object given as not disposable does not come back as disposable", async () => {
  const { desk, calls } = await openDesk();
  const vault = Object.assign(await desk.opened(), { [Symbol.dispose]: () => {} });
  await expect(desk.dispose(vault)).rejects.toMatchObject({
    code: "invalidArgument",
    message: expect.stringContaining("OpenVault, which was not given to be disposed of"),
  });
  expect(calls).toEqual([]);
});

test("the answer of a peer is checked by the same rules", async () => {
  const { desk, calls } = await openDesk();
  await expect(desk.ask(async (vault) => vault)).rejects.toMatchObject({
    code: "permissionDenied",
    message: expect.stringContaining("the Vault cannot be passed back by this peer"),
  });
  expect(calls).toEqual([]);
});

test("`authorize` is asked about services that the server offers, not about objects it gave", async () => {
  const asked: string[] = [];
  const { connection, desk } = await openDesk((_, { service, method }) => {
    asked.push(`${service}.${method}`);
    if (service === "OpenVault") return new RpcError("unauthenticated", "sign in first");
    return true;
  });
  expect(await desk.openOpen(await desk.opened())).toBe("gold");
  expect(asked).toEqual(["Desk.opened", "Desk.openOpen"]);
  await expect(desk.openOpen(connection.client(OpenVault))).rejects.toMatchObject({
    code: "unauthenticated",
    message: "the OpenVault cannot be passed back by this peer: sign in first",
  });
  expect(asked.slice(2)).toEqual(["Desk.openOpen", "OpenVault.label", "OpenVault.open"]);
});
