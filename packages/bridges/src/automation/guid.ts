import { RpcError } from "@crosspane/core";

/** Interfaces that this bridge implements or asks for, as {@link guidText} writes them. */
export const interfaceIds = {
  unknown: "{00000000-0000-0000-c000-000000000046}",
  classFactory: "{00000001-0000-0000-c000-000000000046}",
  dispatch: "{00020400-0000-0000-c000-000000000046}",
} as const;

export const guidByteLength = 16;

/** Returns a GUID in the form of the registry: braces and capitals. */
export function canonicalGuid(text: string, name: string): string {
  const found = /^\{?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\}?$/i.exec(text);
  if (found === null) {
    throw new RpcError(
      "invalidArgument",
      `automation: ${name} must be a GUID, got ${JSON.stringify(text)}; make one with crypto.randomUUID() and keep it`,
    );
  }
  return `{${(found[1] as string).toUpperCase()}}`;
}

/** Returns the bytes of a GUID: https://learn.microsoft.com/windows/win32/api/guiddef/ns-guiddef-guid */
export function guidBytes(text: string): Buffer {
  return swapped(Buffer.from(text.replace(/[{}-]/g, ""), "hex"));
}

/** Returns the text of a GUID, with braces and in lower case. */
export function guidText(bytes: Buffer): string {
  const digits = swapped(Buffer.from(bytes)).toString("hex");
  const parts = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return `{${parts.join("-")}-${digits.slice(20)}}`;
}

/** Swaps the bytes of the three numbers, which the text has in the other order. */
function swapped(bytes: Buffer): Buffer {
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
