import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makePrivateFolder } from "./private-folder.js";

test("a folder inside a missing one is named in the error, which is not retried", async () => {
  const absent = join(tmpdir(), `absent-${process.pid}`);
  await expect(makePrivateFolder(join(absent, "crosspane"), "pipe:p")).rejects.toMatchObject({
    code: "failedPrecondition",
    message: expect.stringContaining(absent),
  });
});
