import { describe, expect, test } from "vitest";
import { namedPipe } from "./named-pipe-transport.js";
import { assertPipeName, sharedPipePath, userPipePath } from "./pipe-name.js";

const refused = (problem: string) =>
  expect.objectContaining({ code: "invalidArgument", message: expect.stringContaining(problem) });

describe("assertPipeName", () => {
  test.each(["inventory", "a", "with space", "Ünïcode-名", "a.b_c-d", ".."])("accepts %j", (name) => {
    expect(() => assertPipeName(name)).not.toThrow();
  });

  test.each([
    ["", "empty"],
    ["a\\b", "backslash"],
    ["../a", "slash"],
    ["a\0b", "control"],
    ["a\nb", "control"],
    ["\ud800", "well-formed"],
  ])("refuses %j", (name, problem) => {
    expect(() => assertPipeName(name)).toThrow(refused(problem));
    expect(() => namedPipe(name)).toThrow(refused(problem));
  });
});

describe("the path on Windows", () => {
  const alice = { userSid: "S-1-5-21-1-2-3-1001", sessionId: 1 };

  test("of a user's pipe depends on the user and the logon session", () => {
    const path = userPipePath("inventory", alice);
    // The first 32 digits that `printf S-1-5-21-1-2-3-1001/1 | sha256sum` prints.
    expect(path).toBe("\\\\.\\pipe\\crosspane-0effa68934cbaed4b7b27a957e40789e-inventory");
    expect(userPipePath("inventory", { ...alice, sessionId: 2 })).not.toBe(path);
    expect(userPipePath("inventory", { ...alice, userSid: "S-1-5-21-1-2-3-1002" })).not.toBe(path);
  });

  test("of a shared pipe is the same for all users of the machine", () => {
    expect(sharedPipePath("inventory")).toBe("\\\\.\\pipe\\crosspane-shared-inventory");
  });

  test("has at most 256 characters", () => {
    expect(userPipePath("x".repeat(204), alice)).toHaveLength(256);
    expect(sharedPipePath("x".repeat(204)).length).toBeLessThanOrEqual(256);
    for (const path of [sharedPipePath, (name: string) => userPipePath(name, alice)]) {
      expect(() => path("x".repeat(205))).toThrow(refused("205 characters, Windows allows 204"));
      expect(() => path("x".repeat(100_000))).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/^.{0,300}$/) }),
      );
    }
  });
});
