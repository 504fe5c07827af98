import { RpcError } from "@crosspane/core";

/** https://learn.microsoft.com/windows/win32/com/-progid--key */
const maxChars = 39;

/** @throws {RpcError} `invalidArgument` for a name that COM does not accept. */
export function assertProgId(progId: string): void {
  if (/^[a-z][a-z\d]*(?:\.[a-z\d]+)+$/i.test(progId) && progId.length <= maxChars) return;
  throw new RpcError(
    "invalidArgument",
    `automation: progId must be of the form Vendor.Component, letters, digits and dots, at most ${maxChars} characters, got ${JSON.stringify(progId)}`,
  );
}
