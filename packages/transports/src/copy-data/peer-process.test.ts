import { RpcError } from "@crosspane/core";
import { expect, test, vi } from "vitest";
import type { Hwnd } from "../win32/types.js";
import { peerProcessOf } from "./peer-process.js";

const { identifyProcess, owners } = vi.hoisted(() => ({ identifyProcess: vi.fn(), owners: [] as number[] }));

vi.mock("../win32/user32.js", () => ({
  getWindowThreadProcessId: (_window: Hwnd, processId: Uint32Array) => {
    processId[0] = owners.shift() ?? 0;
    return processId[0];
  },
}));
vi.mock("../win32/process-identity.js", () => ({
  identifyProcess,
  openProcess: () => ({ value: 1, close() {} }),
  ownIdentity: () => ({ userSid: "S-1-5-21-1" }),
}));
vi.mock("../win32/with-signer.js", () => ({ withSigner: (peer: unknown) => peer }));

test.each(["internal", "permissionDenied"] as const)(
  "a window whose process ends while it is asked is gone, although the system says %s",
  (code) => {
    owners.splice(0, owners.length, 7, 7);
    identifyProcess.mockImplementation(() => {
      throw new RpcError(code, "the system says so");
    });
    expect(() => peerProcessOf(5 as Hwnd, "dial copydata:x")).toThrow(
      expect.objectContaining({ code: "unavailable" }),
    );
    // The same for a window that still exists.
    owners.splice(0, owners.length, 7, 7, 7);
    expect(() => peerProcessOf(5 as Hwnd, "dial copydata:x")).toThrow(expect.objectContaining({ code }));
  },
);
