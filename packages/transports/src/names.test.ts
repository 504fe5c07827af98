import { describe, expect, test } from "vitest";
import { connect, serve } from "./index.js";
import { failOnLeaks } from "./test-support/leaks.js";
import { freshName, usePrivateRuntimeFolder } from "./test-support/links.js";
import { existsOn, type RegisteredTransport, transportRegistry } from "./transport-registry.js";

usePrivateRuntimeFolder();
failOnLeaks();

const named = Object.entries<RegisteredTransport>(transportRegistry).filter(
  ([, { address, systems }]) => address === "name" && existsOn(systems, process.platform),
);
const schemes = [...named.map(([scheme]) => scheme), "auto"];

describe.each(schemes)("a name over %s:", (scheme) => {
  test.each([
    ["in another case", "Case-É", "cASE-é"],
    ["in another form of Unicode", "caf\u00e9", "cafe\u0301"],
  ])("%s is the same server", async (_what, one, other) => {
    const own = freshName();
    const server = await serve(`${scheme}:${own}${one}`, []);
    expect(server.endpoint).toBe(`${scheme}:${own}${one}`);
    const same = await connect(`${scheme}:${own}${one}`);
    const connection = await connect(`${scheme}:${own}${other}`);
    // Both take the fastest transport: none is found by one spelling only.
    expect(connection.transport.name).toBe(same.transport.name);
    expect(connection.transport.skipped).toEqual([]);
    await expect(serve(`${scheme}:${own}${other}`, [])).rejects.toMatchObject({ code: "alreadyExists" });
    await Promise.all([connection.close(), same.close()]);
    await server.close();
  });
});
