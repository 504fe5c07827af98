import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDesk, Desk, type DeskState } from "../test-support/automation-desk.js";
import { runScript, startProgram } from "../test-support/run-script.js";
import { type Automation, automation } from "./automation.js";
import { registerAutomation, unregisterAutomation } from "./registration.js";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const serve = file("../../dist/test-support/serve-desk.js");
const client = file("../../test-peers/build/automation-client.exe");

test.runIf(process.platform !== "win32")("automation exists on Windows only", async () => {
  const services = [Desk.implement(createDesk())];
  await expect(automation({ progId: "Shop.Stock", clsid: randomUUID(), services })).rejects.toThrow(
    /Windows only/,
  );
  await expect(automation({ progId: "Stock", clsid: randomUUID(), services })).rejects.toThrow(/progId must/);
  await expect(automation({ progId: "Shop.Stock", clsid: "1", services })).rejects.toThrow(/clsid must/);
});

describe.runIf(process.platform === "win32")("a class of automation", () => {
  const progId = "CrosspaneTest.Desk";
  const clsid = randomUUID();
  const state: DeskState = { open: 0, held: undefined, entries: [] };
  let desk: Automation;

  beforeAll(async () => {
    await registerAutomation({ progId, clsid, scope: "machine", command: "C:\\nowhere.exe" });
    desk = await automation({
      progId,
      clsid,
      onError: () => {},
      services: [Desk.implement(createDesk(state))],
    });
  });
  afterAll(() => desk.close());

  const inC = (apartment: "sta" | "mta", ...steps: readonly string[]) =>
    startProgram(client, desk.clsid, apartment, ...steps).lines;

  test("answers JScript", async () => {
    const printed = await runScript(
      "js",
      `var s = new ActiveXObject("${progId}"), echo = function (x) { WScript.Echo(x) };`,
      "var thrown = function (f) { try { f() } catch (e) { echo((e.number >>> 0).toString(16) + ' ' + e.description) } };",
      "echo(s.add(40, 2)); echo(s.ADD(1, 2)); echo(s.greet('Bo')); echo(s.greet('Bo', 2)); echo(s.sum(1, 2, 3));",
      "echo(s.total([1, 2, 3.5])); echo(s.area({ kind: 'square', side: 3 }));",
      "echo(s.describe({ symbol: 'A', bid: 1, at: s.quote('x').at, tags: ['p', 'q'] }));",
      "echo(s.upper('gr\\u00fcn') === 'GR\\u00dcN');",
      "echo(s.count(3, function (x) { echo('item ' + x); return x < 2 }));",
      "echo(s.apply(function (x) { return s.apply(function (y) { return y + 1 }, x) * 2 }, 20));",
      "var f = s.adder(3); echo(f(4));",
      "var a = s.open('me'); echo(a.owner() + a.deposit(4)); echo(s.ownerOf(a));",
      "echo(s.ownerOf({ owner: function () { return 'scripted' }, deposit: function (x) { return x } }));",
      "thrown(function () { s.fail() });",
      "thrown(function () { s.crash() });",
      "thrown(function () { s.apply(function () { return 'text' }, 1) });",
      "try { s.add(1) } catch (e) { echo((e.number >>> 0).toString(16)) }",
      "try { s.add(1, 'x') } catch (e) { echo((e.number >>> 0).toString(16)) }",
    );
    expect(printed).toEqual([
      ...["42", "3", "Hello Bo", "Hello Bo Hello Bo", "6", "6.5", "9", "A 1 2026 no note p+q", "-1"],
      ...["item 1", "item 2", "2", "42", "7", "me4", "me", "scripted"],
      "80040205 notFound: there is no symbol BAD",
      "8004020d internal: Desk.crash failed with an error that its server does not show; " +
        "the server's `onError` has it, by default its console",
      expect.stringMatching(/^80040202 unknown: .*expected number, got string$/),
      ...["8002000e", "80020005"],
    ]);
  });

  test("answers VBScript with its types", async () => {
    const printed = await runScript(
      "vbs",
      "On Error Resume Next",
      `Set s = CreateObject("${progId}")`,
      "WScript.Echo s.Total(Array(1, 2, 3.5))",
      'WScript.Echo s.Add(CCur("1.25"), 1)',
      "WScript.Echo s.Day(DateSerial(2026, 2, 3) + TimeSerial(4, 5, 0))",
      'Set q = s.Quote("MSFT")',
      "l = q.tags",
      'WScript.Echo TypeName(q.at) & " " & Year(q.at) & " " & Hour(q.at) & " " & l(1)',
      "WScript.Echo s.Describe(q)",
      'Set q = s.Find("NONE")',
      "WScript.Echo q Is Nothing",
      'Set d = CreateObject("Scripting.Dictionary")',
      'd.Add "tea", 3.5',
      'd.Add "milk", 1',
      "WScript.Echo s.Dictionary(d)",
      "Set v = s.Values()",
      'WScript.Echo TypeName(v.text) & " " & TypeName(v.number) & " " & TypeName(v.flag) & " " & VarType(v.big) & " " & TypeName(v.at) & " " & VarType(v.bytes) & " " & VarType(v.doubles) & " " & TypeName(v.list) & " " & TypeName(v.names) & " " & TypeName(v.nothing) & " " & TypeName(v.maybe)',
      'WScript.Echo v.prices.tea & " " & v.inner.deep & " " & v.shape.kind & " " & s.Area(v.shape)',
      "l = v.pairs",
      "WScript.Echo l(0)(0) & l(0)(1)",
      's.Log "hello"',
      "l = s.Logged",
      "WScript.Echo l(0)",
      "s.Fail",
      'WScript.Echo Hex(Err.Number) & " " & Err.Source & " " & Err.Description',
    );
    expect(printed).toEqual([
      ...["6.5", "2.25", "2026 2 3 4 5", "Date 2026 9 new", "MSFT 101.25 2026 no note hot+new", "-1", "4.5"],
      "String Double Boolean 20 Date 8209 8197 Variant() Variant() Null Empty",
      ...["3.5 True circle 12", "one1", "hello"],
      `80040205 ${progId} notFound: there is no symbol BAD`,
    ]);
  });

  test.each(["sta", "mta"] as const)("answers C in an apartment of the kind %s", async (apartment) => {
    const steps = ["add", "named", "mismatch", "money", "bytes", "big", "upper=100000"];
    expect(await inC(apartment, "create", ...steps)).toEqual([
      "create 00000000",
      "add 00000000 type 3 value 42",
      "named 00000000 00000000 value 42",
      "mismatch 80020005 argument 1",
      "money 00000000 type 5 value 1.4845",
      "bytes 00000000 type 8209 value 255 254 0",
      "big 00000000 type 20 value 2199023255552",
      "upper 00000000 length 100000 last 88",
    ]);
  });

  test("is found in the running object table", async () => {
    expect(await inC("sta", "active", "add")).toEqual(["active 00000000", "add 00000000 type 3 value 42"]);
  });

  test("answers a short call while a long one runs", async () => {
    const order: string[] = [];
    const slow = (ms: number) => inC("sta", "create", `slow=${ms}`).then(() => order.push(`${ms}`));
    await Promise.all([slow(1), slow(2_000), slow(1)]);
    expect(order).toEqual(["1", "1", "2000"]);
  });

  test("keeps nothing of objects that were released", async () => {
    const before = desk.counts.objects;
    const printed = await runScript(
      "vbs",
      `Set s = CreateObject("${progId}")`,
      'For i = 1 To 200 : Set a = s.Open("x") : Set q = s.Quote("y") : Next',
      "Set a = Nothing : Set q = Nothing : Set s = Nothing",
      'WScript.Echo "done"',
    );
    expect(printed).toEqual(["done"]);
    await expect.poll(() => desk.counts).toMatchObject({ objects: before, references: 0 });
    await expect.poll(() => state.open).toBe(0);
  });

  test("fails the service's call of a script that has ended", async () => {
    await runScript("js", `var s = new ActiveXObject("${progId}"); s.hold(function (x) { return x });`);
    await expect(state.held?.(1)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("goes on after a client was killed", async () => {
    const held = startProgram(client, desk.clsid, "sta", "create", "hold");
    await held.begun;
    held.kill();
    await held.lines;
    expect(await inC("sta", "create", "add")).toContain("add 00000000 type 3 value 42");
  });

  test("is started by the system", async () => {
    const other = { progId: "CrosspaneTest.Started", clsid: randomUUID(), scope: "machine" } as const;
    const command = `"${process.execPath}" "${serve}" ${other.progId} ${other.clsid}`;
    await registerAutomation({ ...other, command });
    const printed = await runScript(
      "js",
      `var s = new ActiveXObject("${other.progId}"); WScript.Echo(s.add(40, 2));`,
    );
    expect(printed).toEqual(["42"]);
    await unregisterAutomation(other);
    const gone = `try { new ActiveXObject("${other.progId}") } catch (e) { WScript.Echo("gone") }`;
    expect(await runScript("js", gone)).toEqual(["gone"]);
  });

  test("fails the call of its client when its program dies", async () => {
    const id = `{${randomUUID()}}`;
    const server = startProgram(process.execPath, serve, "CrosspaneTest.Dying", id);
    await server.begun;
    const calling = startProgram(client, id, "sta", "active", "slow=600000");
    await calling.begun;
    server.kill();
    // RPC_S_SERVER_UNAVAILABLE, or RPC_S_CALL_FAILED.
    expect((await calling.lines).at(-1)).toMatch(/^slow 800706b[ae]/);
  });
});
