import { dirname } from "node:path";
import { connect, type PeerInfo, RpcError, serve } from "@crosspane/core";
import { beforeAll, describe, expect, test } from "vitest";
import { resolveTransport } from "./endpoint.js";
import { guardedService } from "./test-support/guarded-service.js";

let servers = 0;

/** Serves a service that is guarded by rules, and returns what each side knows of the other. */
async function serveGuarded(scheme: string, allow: readonly string[], requireServer?: readonly string[]) {
  const transport = await resolveTransport(`${scheme}:peer-rules-${process.pid}-${++servers}`);
  const Guarded = guardedService(allow);
  let client: PeerInfo | undefined;
  await using _ = await serve(transport, [Guarded.implement({ open: async () => "open" })], {
    onConnection: ({ peer }) => {
      client = peer;
    },
  });
  await using connection = await connect(transport, requireServer === undefined ? {} : { requireServer });
  const result = await connection
    .client(Guarded)
    .open()
    .catch((error: unknown) => error);
  return { result, server: connection.peer, client };
}

const windows = process.platform === "win32";
const program = process.execPath;
const schemes = windows ? ["pipe", "shm", "copydata"] : ["pipe"];

describe.each(schemes)("%s", (scheme) => {
  test("both ends know that the other belongs to the same user", async () => {
    const { result, server, client } = await serveGuarded(scheme, ["sameUser"], ["sameUser"]);
    expect(result).toBe("open");
    expect(server.sameUser).toBe(true);
    expect(client?.sameUser).toBe(true);
  });

  test("a rule that is not met refuses the call", async () => {
    const { result } = await serveGuarded(scheme, ["sameUser signer Nobody"]);
    expect(result).toBeInstanceOf(RpcError);
    expect(result).toMatchObject({ code: "permissionDenied" });
  });

  test("a client refuses a server that does not meet its rules", async () => {
    const error = await serveGuarded(scheme, ["sameUser"], ["image C:\\nobody\\runs\\this.exe"]).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: "permissionDenied" });
  });
});

describe.runIf(windows).each(schemes)("%s on Windows", (scheme) => {
  let facts: PeerInfo;
  beforeAll(async () => {
    facts = (await serveGuarded(scheme, ["sameUser"])).server;
  });

  test("administrator and elevated are known, and the first implies the second", async () => {
    const { elevated, administrator } = facts;
    expect([typeof elevated, typeof administrator]).toEqual(["boolean", "boolean"]);
    expect(elevated === true || administrator === false).toBe(true);
    for (const [rule, fact] of [
      ["elevated", elevated],
      ["administrators", administrator],
    ] as const) {
      const { result } = await serveGuarded(scheme, [rule]);
      if (fact === true) expect(result).toBe("open");
      else expect(result).toMatchObject({ code: "permissionDenied" });
    }
  });

  test("a rule matches the program by its path and by its folder, in any case", async () => {
    for (const rule of [`image ${program.toUpperCase()}`, `image "${dirname(program)}\\*" sameUser`]) {
      expect((await serveGuarded(scheme, [rule], [rule])).result).toBe("open");
    }
    const { result } = await serveGuarded(scheme, [`image ${dirname(dirname(program))}\\*`]);
    expect(result).toMatchObject({ code: "permissionDenied" });
  });
});
