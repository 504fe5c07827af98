import { describe, expect, test } from "vitest";
import { namedPipe } from "./named-pipe-transport.js";
import { assertPipeName, windowsPipePath } from "./pipe-name.js";

const refused = (problem: string) =>
  expect.objectContaining({ code: "invalidArgument", message: expect.stringContaining(problem) });

describe("assertPipeName", () => {
  test.each(["inventory", "a", "with space", "Ünïcode-名", "a.b_c-d", ".."])("takes %j", (name) => {
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

describe("windowsPipePath", () => {
  test("lies among the pipes of this framework", () => {
    expect(windowsPipePath("inventory")).toBe("\\\\.\\pipe\\crosspane-inventory");
  });

  test("has at most 256 characters", () => {
    expect(windowsPipePath("x".repeat(237))).toHaveLength(256);
    expect(() => windowsPipePath("x".repeat(238))).toThrow(refused("238 characters, Windows allows 237"));
    expect(() => windowsPipePath("x".repeat(100_000))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{0,300}$/) }),
    );
  });
});
