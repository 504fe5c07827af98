import { expect, test, vi } from "vitest";

test("the socket transport loads no other transport", async () => {
  const loaded: string[] = [];
  vi.doMock("../named-pipe/index.js", () => {
    loaded.push("named-pipe");
    return {};
  });
  vi.doMock("@crosspane/core/testing", () => {
    loaded.push("memory");
    return {};
  });
  const { resolveTransport } = await import("../endpoint.js");
  await import("./index.js");
  await resolveTransport("tcp://127.0.0.1:5000");
  expect(loaded).toEqual([]);
});
