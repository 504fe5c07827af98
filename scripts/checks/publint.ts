/**
 * Checks that Node and bundlers resolve each package.json as it says: publint on the packed files;
 * suggestions count as failures.
 */
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { Check } from "./check.ts";
import { packedPackages } from "./support/packed-packages.ts";

export const publintCheck: Check = {
  name: "publint",
  title: "package.json files say what is there",
  run: async (root) => {
    const packages = await packedPackages(root);
    const findings = packages.map(async ({ folder, tarball }) => {
      const { messages, pkg } = await publint({ pack: { tarball: bytesOf(tarball) }, strict: true });
      return messages.map((message) => ({
        file: `${folder}/package.json`,
        message: formatMessage(message, pkg, { color: false }) ?? message.code,
      }));
    });
    return (await Promise.all(findings)).flat();
  },
};

function bytesOf({ buffer, byteOffset, byteLength }: Buffer<ArrayBuffer>): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
