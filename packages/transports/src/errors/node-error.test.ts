import { runInNewContext } from "node:vm";
import { RpcError } from "@crosspane/core";
import { describe, expect, test } from "vitest";
import { nodeErrorCode, rpcErrorFromNode } from "./node-error.js";

const nodeError = (code: string) => Object.assign(new Error(`connect ${code} somewhere`), { code });

describe("rpcErrorFromNode", () => {
  test.each([
    ["ECONNREFUSED", "unavailable"],
    ["ENOENT", "unavailable"],
    ["ECONNRESET", "unavailable"],
    ["EPIPE", "unavailable"],
    ["ETIMEDOUT", "unavailable"],
    ["EBUSY", "unavailable"],
    ["EADDRINUSE", "alreadyExists"],
    ["EACCES", "permissionDenied"],
    ["EPERM", "permissionDenied"],
    ["EADDRNOTAVAIL", "invalidArgument"],
    ["ENOTFOUND", "invalidArgument"],
    ["EMFILE", "resourceExhausted"],
  ])("%s is %s, with operation, endpoint and cause", (code, expected) => {
    const cause = nodeError(code);
    const error = rpcErrorFromNode(cause, "dial", "pipe:inventory");
    expect(error).toBeInstanceOf(RpcError);
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(/^dial pipe:inventory: /);
    expect(error.message).toContain(code);
    expect(error.cause).toBe(cause);
  });

  test("keeps the text of unknown errors", () => {
    expect(rpcErrorFromNode(nodeError("EODD"), "dial", "x").message).toBe(
      "dial x: connect EODD somewhere (EODD)",
    );
    expect(rpcErrorFromNode("thrown", "dial", "x").message).toBe("dial x: thrown");
    expect(rpcErrorFromNode(new Error("why"), "dial", "x").code).toBe("unavailable");
  });

  test("a bug of a program is internal, so that it is not retried", () => {
    const cause = Object.assign(new RangeError("port"), { code: "ERR_SOCKET_BAD_PORT" });
    expect(rpcErrorFromNode(cause, "dial", "x").code).toBe("internal");
  });
});

test("nodeErrorCode reads text codes only", () => {
  expect(nodeErrorCode(nodeError("ENOENT"))).toBe("ENOENT");
  expect(nodeErrorCode(Object.assign(new Error("x"), { code: 3 }))).toBeUndefined();
  expect(nodeErrorCode("ENOENT")).toBeUndefined();
});

test("an error of another realm, as jest's tests get from Node's modules, is read like one of this realm", () => {
  const error: unknown = runInNewContext("Object.assign(new Error('no such file'), { code: 'ENOENT' })");
  expect(nodeErrorCode(error)).toBe("ENOENT");
  expect(rpcErrorFromNode(error, "dial", "pipe:x").code).toBe("unavailable");
  const other: unknown = runInNewContext("new Error('odd')");
  expect(rpcErrorFromNode(other, "dial", "pipe:x").message).toBe("dial pipe:x: odd");
});
