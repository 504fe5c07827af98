import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "@crosspane/transports";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runCli, startCli } from "../test-support/run-cli.js";
import { type ServedShop, serveShop } from "../test-support/serve-shop.js";
import { createTempFolder } from "../test-support/temp-folder.js";

const contracts = fileURLToPath(new URL("../test-support", import.meta.url));
let shop: ServedShop;

beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const call = (...args: readonly string[]) => runCli(["call", shop.endpoint, ...args], contracts);

describe("call", () => {
  test("prints the result as JSON", async () => {
    expect(await call("Shop.greet", "world", "2")).toEqual({
      code: 0,
      stdout: '"Hello world. Hello world."\n',
      stderr: "",
    });
  });

  test("prints text and bytes as they are with --raw", async () => {
    expect((await call("Shop.greet", "world", "--raw")).stdout).toBe("Hello world.\n");
    const child = startCli(["call", shop.endpoint, "Shop.photo", "--raw"], contracts);
    const chunks = await child.stdout?.toArray();
    expect(Buffer.concat(chunks as Buffer[])).toEqual(Buffer.of(0, 255, 10));
  });

  test("passes values that JSON cannot say there and back", async () => {
    const values = {
      date: { $date: "2026-01-31T12:00:00.000Z" },
      big: { $bigint: "123456789012345678901234567890" },
      bytes: { $bytes: "AAEC" },
      numbers: { $Float64Array: [0.5, { $number: "NaN" }] },
      map: { $map: [["a", { $set: [1, 2] }]] },
    };
    const { stdout, stderr } = await call("Shop.mirror", JSON.stringify(values));
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(values);
  });

  test("prints a line for each item of a stream", async () => {
    expect((await call("Shop.count", "3")).stdout).toBe("1\n2\n3\n");
  });

  test("takes negative numbers", async () => {
    expect((await call("Shop.sum", "-1", "-.5", "5")).stdout).toBe("3.5\n");
    expect((await call("Shop.sum", "--", "-Infinity", "5")).stdout).toBe('{\n  "$number": "-Infinity"\n}\n');
  });

  test("sends metadata, and prints nothing for void", async () => {
    const { stdout } = await call("Shop.metadata", "-m", "trace=1", "--metadata", "user=a=b");
    expect(JSON.parse(stdout)).toEqual({ trace: "1", user: "a=b" });
    expect(await call("Shop.log", "a line")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(shop.logged).toEqual(["a line"]);
  });

  test("prints the kind of an object that travels by reference", async () => {
    expect(JSON.parse((await call("Shop.open")).stdout)).toEqual({ $reference: "OrderClient" });
  });

  test("a call that fails exits with 1 and says why", async () => {
    const failed = await call("Shop.buy", "apple");
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toBe('crosspane: OutOfStock: apple is out of stock {"sku":"apple"}\n');
    expect(await call("Shop.sum", "1", "many")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("invalidArgument: Shop.sum: numbers[1]: expected number, got string"),
    });
    expect(await call("Shop.hang", "--timeout", "50")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("deadlineExceeded: Shop.hang"),
    });
  });

  test("an invalid command exits with 2 before it connects", async () => {
    const fails = async (message: string, ...args: readonly string[]) => {
      const finished = await runCli(["call", "pipe:there-is-none", ...args], contracts);
      expect(finished).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(message) });
    };
    await fails("Shop has no method gret; it has: greet, sum", "Shop.gret");
    await fails("It must be a whole number of milliseconds", "Shop.hang", "-t", "soon");
    await fails("cannot read the secret: ENOENT", "Shop.hang", "--secret-file", "none.txt");
    expect(await runCli(["call", "pip:x", "Shop.hang"], contracts)).toMatchObject({ code: 2 });
  });

  test("a server that does not answer exits with 3", async () => {
    const args = ["call", "pipe:there-is-none", "Shop.hang", "--connect-timeout", "100"];
    expect(await runCli(args, contracts)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("unavailable: connect to pipe:there-is-none"),
    });
  });

  test("the reader of a pipeline may end first", async () => {
    const child = startCli(["call", shop.endpoint, "Shop.ticks"], contracts);
    await once(child.stdout as NodeJS.ReadableStream, "data");
    child.stdout?.destroy();
    expect(await once(child, "exit")).toEqual([0, null]);
    await expect.poll(() => shop.cancelled).toContain("ticks");
  });

  // Windows cannot send signals to a process; Ctrl-C there comes from its console.
  test.skipIf(process.platform === "win32")("Ctrl-C cancels the call", async () => {
    const child = startCli(["call", shop.endpoint, "Shop.hang"], contracts);
    await expect.poll(() => shop.hanging).toBe(1);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
    await expect.poll(() => shop.cancelled).toContain("hang");
  });

  test("imports a module whose contract Node cannot run, or says what to do", async () => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), "crosspane-cli-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    writeFileSync(
      join(folder, "a.crosspane.ts"),
      'import * as rpc from "@crosspane/core/stub-v1";\nimport { E } from "./a.js";\nconsole.log(E);\nexport const Shop = rpc.defineService({ name: "Shop" });\n',
    );
    writeFileSync(join(folder, "a.ts"), "export enum E { One }\n");
    const finished = await runCli(["call", shop.endpoint, "Shop.hang"], folder);
    expect(finished).toMatchObject({ code: 2, stderr: expect.stringContaining("build the project") });
  });
});

describe("a server with a secret", () => {
  test("is called with the text of a file", async () => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), "crosspane-cli-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const file = join(folder, "secret.txt");
    writeFileSync(file, "sixteen bytes or more\n");
    const server = await serve(`${shop.endpoint}-secret`, [], {
      secret: "sixteen bytes or more",
      onError: () => {},
    });
    onTestFinished(() => server.close());
    const list = (...args: readonly string[]) => runCli(["list", server.endpoint, ...args], contracts);
    expect(await list("--secret-file", file)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await list()).toMatchObject({ code: 3, stderr: expect.stringContaining("unauthenticated") });
  });
});

describe("list", () => {
  test("prints signatures from the contract, and names without one", async () => {
    const own = await runCli(["list", shop.endpoint], contracts);
    expect(own.stdout).toMatch(/^Shop\n {2}greet\(name: string, times\?: number\): string\n {2}sum\(/);
    const foreign = await runCli(["list", shop.endpoint], createTempFolder({}));
    expect(foreign.stdout).toMatch(/^Shop\n {2}greet\n {2}sum\n/);
    const json = JSON.parse((await runCli(["list", shop.endpoint, "--json"], contracts)).stdout);
    expect(json).toMatchObject([
      {
        name: "Shop",
        methods: expect.arrayContaining([
          { name: "log", fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/), oneWay: true },
        ]),
      },
    ]);
  });

  test("names a contract that it cannot import, or that does not exist", async () => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), "crosspane-cli-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    writeFileSync(join(folder, "a.crosspane.js"), 'rpc.defineService({ name: "Shop" });');
    const broken = await runCli(["list", shop.endpoint], folder);
    expect(broken).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Shop\n {2}greet\n/) });
    expect(broken.stderr).toContain("a.crosspane.js: rpc is not defined");
    expect(await runCli(["list", shop.endpoint, "-c", "b.crosspane.js"], folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there is no contract b.crosspane.js"),
    });
  });
});

describe("ping", () => {
  test("says who answers and measures round trips", async () => {
    const { code, stdout } = await runCli(["ping", shop.endpoint, "-n", "3"], contracts);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^connected in [\d.]+ ms\ntransport: pipe:shop-.*\npeer: .*\nservices: Shop\n3 round trips: [\d.]+ ms least/,
    );
  });
});
