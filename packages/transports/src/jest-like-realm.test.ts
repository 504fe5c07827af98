import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Under Wine the links to the packages of this workspace cannot be followed. */
const underWine = process.env["WINEHOMEDIR"] !== undefined;

test.skipIf(underWine).each(["memory", "pipe"])(
  "%s: serves and is called in a realm as jest's, also while all timers are faked",
  async (scheme) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--experimental-vm-modules",
      "--experimental-import-meta-resolve",
      "--no-warnings",
      fileURLToPath(new URL("./test-support/jest-like-realm.mjs", import.meta.url)),
      `${scheme}:realm-${process.pid}`,
    ]);
    expect(stdout.trim()).toBe("done");
  },
);
