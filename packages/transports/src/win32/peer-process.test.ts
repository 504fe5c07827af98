import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";

describe.runIf(process.platform === "win32")("openPeerProcess", () => {
  test("a process that has ended is unavailable, also while an open handle reserves its id", async () => {
    const { identifyProcess, openProcess } = await import("./process-identity.js");
    const { openPeerProcess } = await import("./peer-process.js");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    const id = child.pid as number;
    const handle = openProcess(id);
    onTestFinished(() => handle.close());
    const { startTime } = identifyProcess(handle.value, id);
    child.kill();
    await once(child, "exit");
    expect(() => openPeerProcess(id, startTime)).toThrow(expect.objectContaining({ code: "unavailable" }));
  });
});
