import { describe, expect, test } from "vitest";
import { type CommandSearch, resolveCommand } from "./resolve-command.js";

/** A Windows machine with these files, whose current folder is `C:\work`. */
function windows(files: readonly string[], env: CommandSearch["env"] = { Path: "C:\\bin;D:\\tools" }) {
  const known = new Set(files.map((file) => file.toLowerCase()));
  const isFile = (path: string) => known.has(path.toLowerCase());
  return (command: string) => resolveCommand(command, { folder: "C:\\work", env, platform: "win32", isFile });
}

describe("on Windows", () => {
  test("a name is searched in PATH, and not in the current folder", () => {
    const resolve = windows(["C:\\work\\tool.exe", "D:\\tools\\tool.exe"]);
    expect(resolve("tool")).toBe("D:\\tools\\tool.exe");
    expect(resolve("tool.exe")).toBe("D:\\tools\\tool.exe");
    expect(() => windows(["C:\\work\\tool.exe"])("tool")).toThrow("no such program in PATH");
  });

  test.each(["", ".", "bin", "\\", "C:", ".\\sub"])("an entry %j of PATH is ignored", (entry) => {
    const files = [
      "C:\\work\\tool.exe",
      "C:\\work\\bin\\tool.exe",
      "C:\\work\\sub\\tool.exe",
      "C:\\tool.exe",
      "\\tool.exe",
    ];
    const resolve = windows(files, { PATH: `${entry};C:\\elsewhere` });
    expect(() => resolve("tool")).toThrow("no such program");
  });

  test("the environment of the server is searched, in any case of its names", () => {
    expect(windows(["E:\\own\\tool.exe"], { pAtH: '"E:\\own"' })("tool")).toBe("E:\\own\\tool.exe");
    expect(() => windows(["C:\\bin\\tool.exe"], {})("tool")).toThrow("no such program");
  });

  test("PATHEXT sets the order of extensions; files that are not programs are skipped", () => {
    const files = ["C:\\bin\\tool.js", "C:\\bin\\tool.com", "C:\\bin\\tool.exe"];
    const env = (extensions: string) => ({ PATH: "C:\\bin", PATHEXT: extensions });
    expect(windows(files, env(".JS;.EXE;.COM"))("tool")).toBe("C:\\bin\\tool.exe");
    expect(windows(files, env(".COM;.EXE"))("tool")).toBe("C:\\bin\\tool.com");
    expect(windows(files, env(".VBS"))("tool")).toBe("C:\\bin\\tool.com");
  });

  test("a name with a dot that does not begin an extension is completed", () => {
    expect(windows(["C:\\bin\\python3.12.exe"])("python3.12")).toBe("C:\\bin\\python3.12.exe");
  });

  test("a path is resolved against the folder, and completed", () => {
    const resolve = windows(["C:\\work\\server.exe", "C:\\app\\server.exe", "C:\\work\\sub\\x.exe"]);
    expect(resolve(".\\server")).toBe("C:\\work\\server.exe");
    expect(resolve("sub/x.exe")).toBe("C:\\work\\sub\\x.exe");
    expect(resolve("C:\\app\\server.exe")).toBe("C:\\app\\server.exe");
    expect(() => resolve("C:\\app\\other.exe")).toThrow("no such program at C:\\app\\other.exe");
  });

  test.each(["npx", "npx.cmd", "C:\\bin\\npx.cmd", "old.BAT"])("%s, a batch file, is refused", (command) => {
    const resolve = windows(["C:\\bin\\npx.cmd", "C:\\bin\\old.bat"]);
    expect(() => resolve(command)).toThrow(expect.objectContaining({ code: "failedPrecondition" }));
    expect(() => resolve(command)).toThrow(/is a batch file.*process\.execPath/);
  });
});

test("elsewhere a path is made absolute and a name is left to the system", () => {
  const search: CommandSearch = { folder: "/srv", env: {}, platform: "linux" };
  expect(resolveCommand("./server", search)).toBe("/srv/server");
  expect(resolveCommand("bin/server", search)).toBe("/srv/bin/server");
  expect(resolveCommand("/usr/bin/env", search)).toBe("/usr/bin/env");
  expect(resolveCommand("node", search)).toBe("node");
});
