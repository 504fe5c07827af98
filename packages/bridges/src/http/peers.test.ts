import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDepot } from "../test-support/depot.js";
import { type HttpBridge, http } from "./index.js";

const run = promisify(execFile);
const curl = await hasCurl();

let bridge: HttpBridge;
let record: ReturnType<typeof createDepot>["record"];

beforeEach(async () => {
  const made = createDepot();
  record = made.record;
  bridge = await http({ services: [made.depot], secret: "s", maxBodyBytes: 100_000 });
});

afterEach(() => bridge.close());

/** Programs that call from outside, each as a process of its own. */
describe.runIf(curl)("curl", () => {
  const options = ["--silent", "--show-error", "--noproxy", "*", "-H", "Authorization: Bearer s"];
  const call = async (method: string, body: string, ...more: readonly string[]) =>
    (await run("curl", [...options, "--json", body, ...more, `${bridge.url}/Depot/${method}`])).stdout;

  test("calls a method, and shows an error with its status", async () => {
    expect(await call("greet", '["curl"]')).toBe('"Hello curl."');
    expect(await call("sum", '["a"]', "-w", " %{http_code}")).toBe(
      '{"code":"invalidArgument","message":"Depot.sum: numbers[0]: expected number, got string"} 400',
    );
  });

  test("reads a stream", async () => {
    expect(await call("count", "[1]")).toBe("data: 1\n\nevent: end\ndata: null\n\n");
  });

  test("gets the answer to a body that is too large while it sends it", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "crosspane-http-"));
    try {
      const file = path.join(folder, "body.json");
      await writeFile(file, JSON.stringify(["x".repeat(3_000_000)]));
      expect(await call("greet", `@${file}`, "-w", " %{http_code}")).toMatch(/resourceExhausted.* 413$/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("cancels its call when it is killed", async () => {
    const child = spawn("curl", [...options, "--no-buffer", "--json", "[100]", `${bridge.url}/Depot/flood`], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    child.stdout.resume();
    await once(child, "close");
    await vi.waitFor(() => expect(record.cancelled).toBe(1), { timeout: 60_000 });
  });
});

const script = `
var request = new ActiveXObject("WinHttp.WinHttpRequest.5.1");
function call(method, body) {
  request.open("POST", WScript.Arguments.Item(0) + "/Depot/" + method, false);
  request.setRequestHeader("Content-Type", "application/json");
  request.setRequestHeader("Authorization", "Bearer s");
  request.send(body);
  WScript.Echo(request.status + " " + request.responseText);
}
call("greet", '{"name":"script"}');
call("sum", "[1,2,39]");
call("greet", "[7]");
call("count", "[2]");
`;

describe.runIf(process.platform === "win32")("cscript", () => {
  test("calls methods by WinHttpRequest", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "crosspane-http-"));
    try {
      const file = path.join(folder, "call.js");
      await writeFile(file, script);
      const { stdout } = await run("cscript.exe", ["//nologo", file, bridge.url]);
      expect(stdout.replaceAll("\r\n", "\n").trim().split("\n").slice(0, 3)).toEqual([
        '200 "Hello script."',
        "200 42",
        '400 {"code":"invalidArgument","message":"Depot.greet: name: expected string, got number"}',
      ]);
      expect(stdout.replaceAll("\r", "")).toContain("200 data: 1\n\ndata: 2\n\nevent: end\ndata: null");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Systems without curl have the test of Windows, or none. */
async function hasCurl(): Promise<boolean> {
  try {
    const { stdout } = await run("curl", ["--version"]);
    // `--json` came with 7.82.
    const [, major = "0", minor = "0"] = /^curl (\d+)\.(\d+)/.exec(stdout) ?? [];
    return Number(major) > 7 || (major === "7" && Number(minor) >= 82);
  } catch {
    return false;
  }
}
