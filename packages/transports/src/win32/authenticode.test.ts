import { describe, expect, test } from "vitest";

describe.runIf(process.platform === "win32")("authenticode", () => {
  test("the structures have the sizes and offsets of the 64-bit headers", async () => {
    const { chainContext, fileInfo, providerCertificate, providerSigner, trustData } = await import(
      "./authenticode.js"
    );
    // The layout that a C compiler gives to wintrust.h and wincrypt.h. Only the beginning of the
    // last two is read.
    expect(fileInfo).toEqual({ bytes: 32, path: 8, file: 16 });
    expect(trustData).toEqual({
      ...{ bytes: 88, userInterface: 24, revocation: 28, choice: 32 },
      ...{ file: 40, stateAction: 48, state: 56, flags: 72 },
    });
    expect(providerSigner).toEqual({ bytes: 64, chain: 56 });
    expect(providerCertificate).toEqual({ bytes: 16, certificate: 8 });
    expect(chainContext).toEqual({ bytes: 12, errors: 4 });
  });

  test("the signature of a process's program is read once", async () => {
    const { programSignature } = await import("./program-signature.js");
    const { ownIdentity } = await import("./process-identity.js");
    const own = ownIdentity();
    const first = programSignature(own);
    expect(first.signer ?? first.problem).toMatch(/./);
    expect(programSignature({ ...own })).toBe(first);
    const earlier = programSignature({ ...own, startTime: own.startTime - 1n });
    expect(earlier.problem).toContain(`process ${process.pid} has ended`);
  });

  test("a program on another machine is not opened, which would reveal this user to it", async () => {
    const { programSignature } = await import("./program-signature.js");
    const { ownIdentity } = await import("./process-identity.js");
    for (const imagePath of ["\\\\other\\share\\till.exe", "\\\\?\\UNC\\other\\share\\till.exe"]) {
      expect(programSignature({ ...ownIdentity(), imagePath })).toEqual({
        problem: `its program ${imagePath} is not on this machine`,
      });
    }
    const device = programSignature({ ...ownIdentity(), imagePath: "\\\\?\\C:\\nothing.exe" });
    expect(device.problem).toContain("CreateFileW");
  });

  test("a text file counts as unsigned, and an invalid file names the failed call", async () => {
    const { readSignature } = await import("./authenticode.js");
    const { createFile } = await import("./kernel32.js");
    const { invalidHandle } = await import("./types.js");
    const { OwnedHandle } = await import("./owned-handle.js");
    const text = import.meta.filename;
    using file = new OwnedHandle(createFile(text, 0x8000_0000, 1, null, 3, 0, 0), text);
    expect(readSignature(text, file.value)).toEqual({ problem: `its program ${text} is not signed` });
    const nothing = `${text}.nothing`;
    expect(readSignature(nothing, invalidHandle).problem).toMatch(
      /nothing has a signature that cannot be verified: WinVerifyTrust 0x[0-9a-f]+ \(.+\)$/,
    );
  });
});
