import { rename } from "node:fs/promises";
import path from "node:path";
import { connect, type PeerInfo, type Server, serve } from "@crosspane/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveTransport } from "./endpoint.js";
import { guardedService } from "./test-support/guarded-service.js";
import { changedNode, type NodeCopy, unsignedNode } from "./test-support/node-copies.js";
import { runBuilt } from "./test-support/run-built.js";
import { built, type CodeProcess, runCode } from "./test-support/windows-process.js";

/** The signer of Node for Windows. */
const nodeSigner = "OpenJS Foundation";
const notSigned = /its program .*node\.exe is not signed/;
const wasChanged = /its program .*node\.exe was changed after it was signed/;
const underWine = process.env["WINEHOMEDIR"] !== undefined;

let servers = 0;
const freshEndpoint = (scheme: string) => `${scheme}:signer-${process.pid}-${++servers}`;

const imports = `
  const { connect, serve } = await import("@crosspane/core");
  const { guardedService } = await import("${new URL("test-support/guarded-service.ts", import.meta.url).href}");
  const { resolveTransport } = await import("${built("")}endpoint.js");`;

/** Calls the guarded service of an endpoint, and prints the result; stays connected. */
const callGuarded = (endpoint: string) => `${imports}
  const connection = await connect(await resolveTransport("${endpoint}"));
  const result = await connection.client(guardedService(["sameUser"])).open().catch((error) => error.code + " " + error.message);
  console.log(result);`;

const guardedServer = (endpoint: string) => `${imports}
  await serve(await resolveTransport("${endpoint}"), [guardedService(["sameUser"]).implement({ open: async () => "open" })]);
  console.log("ready");`;

async function serveGuarded(
  endpoint: string,
  rule: string,
): Promise<{ readonly server: Server; readonly peers: PeerInfo[] }> {
  const peers: PeerInfo[] = [];
  const server = await serve(
    await resolveTransport(endpoint),
    [guardedService([rule]).implement({ open: async () => "open" })],
    { onConnection: ({ peer }) => void peers.push(peer) },
  );
  return { server, peers };
}

/** Runs code with another Node than this one while `use` runs. */
async function during<T>(
  code: string,
  program: string | undefined,
  use: (process: CodeProcess) => Promise<T> | T,
) {
  const other = await runCode(code, program);
  try {
    return await use(other);
  } finally {
    await other.kill();
  }
}

const rule = `sameUser signer ${nodeSigner}`;

describe.runIf(process.platform === "win32")("the signer of a peer's program", () => {
  // Wine lacks most of the root certificates of Windows: the signature is right, but its chain is
  // not trusted.
  test.runIf(underWine)("is not reported if the machine does not trust the certificate chain", async () => {
    const { printed } = await runBuilt(`
      const { programSignature } = await built("win32/program-signature.js");
      const { ownIdentity } = await built("win32/process-identity.js");
      process.stdout.write(JSON.stringify(programSignature(ownIdentity())));`);
    const { signer, problem } = JSON.parse(printed) as { signer?: string; problem?: string };
    expect(signer).toBeUndefined();
    expect(problem).toMatch(
      /node\.exe is signed, but this machine does not trust the authority that certified its signer$/,
    );
  });

  describe("where it is trusted", () => {
    let changed: NodeCopy;
    let unsigned: NodeCopy;
    beforeAll(async () => {
      if (underWine) (await import("./test-support/trust-own-node.js")).trustOwnNode();
      [changed, unsigned] = await Promise.all([changedNode(), unsignedNode()]);
    });
    afterAll(async () => {
      await Promise.all([changed?.remove(), unsigned?.remove()]);
    });

    describe.each(["pipe", "shm", "copydata"])("%s", (scheme) => {
      test("a rule admits only programs that are signed by the name", async () => {
        const endpoint = freshEndpoint(scheme);
        const { server, peers } = await serveGuarded(endpoint, rule);
        const cases = [
          [undefined, /^open$/, nodeSigner],
          [changed.program, wasChanged, undefined],
          [unsigned.program, notSigned, undefined],
        ] as const;
        for (const [program, answer, signer] of cases) {
          await during(callGuarded(endpoint), program, ({ ready, processId }) => {
            expect(ready).toMatch(answer);
            if (signer === undefined)
              expect(ready).toMatch(/^permissionDenied Guarded\.open may not be called/);
            expect(peers.at(-1)).toMatchObject({ processId, transport: scheme });
            expect(peers.at(-1)?.signer).toBe(signer);
          });
        }
        expect(peers).toHaveLength(cases.length);
        await server.close();
      });
    });

    test("a rule with another name refuses a signed program", async () => {
      const endpoint = freshEndpoint("pipe");
      const { server } = await serveGuarded(endpoint, "signer Contoso Ltd");
      await during(callGuarded(endpoint), undefined, ({ ready }) => {
        expect(ready).toContain(`signer Contoso Ltd (its program is signed by "${nodeSigner}")`);
      });
      await server.close();
    });

    test("a client can require a signer of the server", async () => {
      const endpoint = freshEndpoint("shm");
      const transport = await resolveTransport(endpoint);
      const dial = () => connect(transport, { requireServer: [rule] });
      await during(guardedServer(endpoint), undefined, async () => {
        await using connection = await dial();
        expect(await connection.client(guardedService([])).open()).toBe("open");
      });
      await during(guardedServer(endpoint), unsigned.program, async () => {
        await expect(dial()).rejects.toMatchObject({
          code: "permissionDenied",
          message: expect.stringMatching(notSigned),
        });
      });
    });

    test("is read on the first access, and kept from then on", async () => {
      const endpoint = freshEndpoint("pipe");
      const { server, peers } = await serveGuarded(endpoint, "sameUser");
      await during(callGuarded(endpoint), undefined, () => expect(peers[0]?.signer).toBe(nodeSigner));
      await during(callGuarded(endpoint), undefined, () => {});
      const [asked, notAsked] = peers;
      expect(asked).toMatchObject({ signer: nodeSigner, signatureError: undefined });
      expect(notAsked?.signer).toBeUndefined();
      expect(notAsked?.signatureError).toMatch(/^the signature of its program cannot be read: /);
      expect(Object.keys(asked as PeerInfo)).not.toContain("signer");
      await server.close();
    });

    test("is not reported for a program whose file was moved", async () => {
      const endpoint = freshEndpoint("pipe");
      const { server, peers } = await serveGuarded(endpoint, "sameUser");
      const moved = path.join(path.dirname(unsigned.program), "moved.exe");
      await during(callGuarded(endpoint), unsigned.program, async ({ ready }) => {
        expect(ready).toBe("open");
        await rename(unsigned.program, moved);
        expect(peers[0]?.signer).toBeUndefined();
        expect(peers[0]?.signatureError).toMatch(/^the signature of its program cannot be read: /);
        await rename(moved, unsigned.program);
      });
      await server.close();
    });
  });
});

test.runIf(process.platform !== "win32")(
  "a rule that requires a signer reports that the transport does not know it",
  async () => {
    const endpoint = freshEndpoint("pipe");
    const { server } = await serveGuarded(endpoint, rule);
    await using connection = await connect(await resolveTransport(endpoint));
    await expect(connection.client(guardedService([])).open()).rejects.toMatchObject({
      code: "permissionDenied",
      message: expect.stringContaining(`signer ${nodeSigner}: the transport pipe does not know`),
    });
    await server.close();
  },
);
