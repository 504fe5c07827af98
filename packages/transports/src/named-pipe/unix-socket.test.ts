import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TransportListener } from "@crosspane/core/transport";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lockStaleMs } from "../byte-stream/byte-stream-limits.js";
import { failOnLeaks } from "../test-support/leaks.js";
import { closeAfterEach, dial, listen } from "../test-support/links.js";
import { namedPipe } from "./named-pipe-transport.js";
import { unixSocketPath } from "./unix-socket-path.js";

// A Windows pipe is not a file: it vanishes with its server and lies in no folder, so none of these
// cases exists there.
describe.skipIf(process.platform === "win32")("a pipe as a Unix socket", () => {
  let runtime: string;
  const path = () => join(runtime, "crosspane", "p.sock");

  beforeEach(() => {
    runtime = realpathSync(mkdtempSync(join(tmpdir(), "xp-")));
    vi.stubEnv("XDG_RUNTIME_DIR", runtime);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(runtime, { recursive: true });
  });
  failOnLeaks();
  closeAfterEach();

  /** Leaves a socket file without a listener, as a killed server does. */
  async function leaveStaleSocket(): Promise<void> {
    mkdirSync(join(runtime, "crosspane"), { mode: 0o700, recursive: true });
    const server = createServer().listen(join(runtime, "s"));
    await once(server, "listening");
    renameSync(join(runtime, "s"), path());
    await new Promise((resolve) => server.close(resolve));
  }

  test("lies in a folder that is private to the user, and is gone after close", async () => {
    const { listener } = await listen(namedPipe("p"));
    expect(statSync(path()).isSocket()).toBe(true);
    expect(statSync(join(runtime, "crosspane")).mode & 0o777).toBe(0o700);
    await listener.close();
    expect(readdirSync(join(runtime, "crosspane"))).toEqual([]);
  });

  test("lies in the folder for temporary files if there is no runtime folder", async () => {
    for (const value of [undefined, "relative", join(runtime, "absent")]) {
      vi.stubEnv("XDG_RUNTIME_DIR", value);
      expect(await unixSocketPath("p")).toBe(
        join(realpathSync(tmpdir()), `crosspane-${userInfo().uid}`, "p.sock"),
      );
    }
  });

  // Only the superuser can give a folder away.
  describe.runIf(userInfo().uid === 0)("that would lie in a runtime folder", () => {
    const instead = () => join(realpathSync(tmpdir()), `crosspane-${userInfo().uid}`, "p.sock");

    test("of another user, who could replace it, lies elsewhere", async () => {
      mkdirSync(join(runtime, "crosspane"), { mode: 0o700 });
      chownSync(runtime, 12345, 12345);
      expect(await unixSocketPath("p")).toBe(instead());
    });

    test("inside a folder of another user lies elsewhere", async () => {
      mkdirSync(join(runtime, "inner"), { mode: 0o700 });
      vi.stubEnv("XDG_RUNTIME_DIR", join(runtime, "inner"));
      expect(await unixSocketPath("p")).toBe(join(runtime, "inner", "crosspane", "p.sock"));
      chownSync(runtime, 12345, 12345);
      expect(await unixSocketPath("p")).toBe(instead());
    });

    test("behind a link of another user lies at the target of the link", async () => {
      mkdirSync(join(runtime, "theirs"));
      mkdirSync(join(runtime, "own"), { mode: 0o700 });
      symlinkSync(join(runtime, "own"), join(runtime, "theirs", "link"));
      chownSync(join(runtime, "theirs"), 12345, 12345);
      vi.stubEnv("XDG_RUNTIME_DIR", join(runtime, "theirs", "link"));
      // They may change the link at any time, so its current target is used.
      expect(await unixSocketPath("p")).toBe(join(runtime, "own", "crosspane", "p.sock"));
    });
  });

  test("lies elsewhere where others may write to the runtime folder, unless it is sticky", async () => {
    chmodSync(runtime, 0o777);
    expect(await unixSocketPath("p")).toBe(
      join(realpathSync(tmpdir()), `crosspane-${userInfo().uid}`, "p.sock"),
    );
    chmodSync(runtime, 0o1777);
    expect(await unixSocketPath("p")).toBe(path());
  });

  test("does not lie in a folder for temporary files that belongs to others", async () => {
    vi.stubEnv("XDG_RUNTIME_DIR", undefined);
    chmodSync(runtime, 0o777);
    vi.stubEnv("TMPDIR", runtime);
    expect(await unixSocketPath("p")).toBe(
      join(realpathSync("/var/tmp"), `crosspane-${userInfo().uid}`, "p.sock"),
    );
  });

  test("a dial before any server has run is unavailable and makes no folder", async () => {
    await expect(dial(namedPipe("p"))).rejects.toMatchObject({ code: "unavailable" });
    expect(existsSync(join(runtime, "crosspane"))).toBe(false);
  });

  test("a server that was killed does not block the name", async () => {
    mkdirSync(join(runtime, "crosspane"), { mode: 0o700 });
    const script = `require("node:net").createServer().listen(${JSON.stringify(path())}, () => process.stdout.write("up"))`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    await expect(listen(namedPipe("p"))).rejects.toMatchObject({ code: "alreadyExists" });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(path())).toBe(true);
    await expect(dial(namedPipe("p"))).rejects.toMatchObject({ code: "unavailable" });

    const { accepted } = await listen(namedPipe("p"));
    await Promise.all([dial(namedPipe("p")), accepted()]);
    expect(readdirSync(join(runtime, "crosspane"))).toEqual(["p.sock"]);
  });

  test("of several servers that find a dead socket at once, one gets the name and clients reach it", async () => {
    for (let round = 0; round < 10; round++) {
      await leaveStaleSocket();
      let clients = 0;
      const starts = Array.from({ length: 6 }, () =>
        namedPipe("p").listen({
          accept: (connection) => {
            connection.start({ message: () => clients++, drained() {}, closed() {} });
          },
          failed(error) {
            throw error;
          },
        }),
      );
      const settled = await Promise.allSettled(starts);
      const winners = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
      const losers = settled.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
      expect(winners).toHaveLength(1);
      expect(new Set(losers)).toEqual(new Set(["alreadyExists"]));
      expect(readdirSync(join(runtime, "crosspane"))).toEqual(["p.sock"]);
      const client = await dial(namedPipe("p"));
      client.send(Buffer.from("x"));
      await expect.poll(() => clients).toBe(1);
      await client.close();
      await (winners[0] as TransportListener).close();
    }
  });

  test("a lock of a server that was killed while it started is taken over", async () => {
    mkdirSync(join(runtime, "crosspane"), { mode: 0o700 });
    writeFileSync(`${path()}.lock`, "");
    const listening = listen(namedPipe("p"));
    await sleep(50);
    expect(readdirSync(join(runtime, "crosspane"))).toEqual(["p.sock.lock"]);
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + lockStaleMs);
    const { listener } = await listening;
    await listener.close();
    expect(readdirSync(join(runtime, "crosspane"))).toEqual([]);
  });

  test("a file of the name that is not a socket is left alone", async () => {
    mkdirSync(join(runtime, "crosspane"), { mode: 0o700 });
    writeFileSync(path(), "precious");
    await expect(listen(namedPipe("p"))).rejects.toMatchObject({ code: "alreadyExists" });
    expect(statSync(path()).size).toBe(8);
  });

  test("a folder that others can use is refused, by the server and by the client", async () => {
    mkdirSync(join(runtime, "crosspane"));
    chmodSync(join(runtime, "crosspane"), 0o755);
    const refused = { code: "permissionDenied", message: expect.stringContaining("chmod 700") };
    await expect(listen(namedPipe("p"))).rejects.toMatchObject(refused);
    await expect(dial(namedPipe("p"))).rejects.toMatchObject(refused);
  });

  test("a link in place of the folder is refused", async () => {
    mkdirSync(join(runtime, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(runtime, "elsewhere"), join(runtime, "crosspane"));
    const refused = { code: "permissionDenied", message: expect.stringContaining("is not a folder") };
    await expect(listen(namedPipe("p"))).rejects.toMatchObject(refused);
    await expect(dial(namedPipe("p"))).rejects.toMatchObject(refused);
  });

  // Only the superuser can give a folder away.
  test.runIf(userInfo().uid === 0)("a folder of another user is refused", async () => {
    mkdirSync(join(runtime, "crosspane"), { mode: 0o700 });
    chownSync(join(runtime, "crosspane"), 12345, 12345);
    const refused = { code: "permissionDenied", message: expect.stringContaining("belongs to user 12345") };
    await expect(dial(namedPipe("p"))).rejects.toMatchObject(refused);
  });

  test("a path that is too long for a socket is refused with its length", async () => {
    const max = process.platform === "linux" ? 107 : 103;
    const fits = "n".repeat(max - Buffer.byteLength(join(runtime, "crosspane", ".sock")));
    const { listener } = await listen(namedPipe(fits));
    await listener.close();
    const refused = {
      code: "invalidArgument",
      message: expect.stringContaining(`a path of ${max + 1} bytes`),
    };
    await expect(listen(namedPipe(`${fits}n`))).rejects.toMatchObject(refused);
    await expect(dial(namedPipe(`${fits}n`))).rejects.toMatchObject(refused);
    await expect(dial(namedPipe("é".repeat(60)))).rejects.toMatchObject({ code: "invalidArgument" });
  });
});
