import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

let registered = false;

/**
 * Lets Node import the generated modules of a project as they are, without a build.
 *
 * - A relative import of `./x.js` finds `./x.ts` if only that exists, as TypeScript resolves it.
 * - `@crosspane/core` is the copy that this command uses, and so is `@crosspane/transports`, which
 *   exports it: a generated module is bound to one copy.
 */
export function registerModuleHooks(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (/^@crosspane\/(?:core|transports)(?:\/|$)/.test(specifier))
        return nextResolve(specifier, { ...context, parentURL: import.meta.url });
      return nextResolve(sourceOf(specifier, context.parentURL) ?? specifier, context);
    },
  });
}

/** Returns the address of the TypeScript file that an import of a missing JavaScript file means. */
function sourceOf(specifier: string, parent: string | undefined): string | undefined {
  if (!/^\.\.?\//.test(specifier) || parent === undefined) return undefined;
  const target = new URL(specifier, parent);
  if (target.protocol !== "file:" || existsSync(fileURLToPath(target))) return undefined;
  const source = /\.m?js$/.test(target.pathname)
    ? new URL(specifier.replace(/js$/, "ts"), parent)
    : new URL(`${specifier}.ts`, parent);
  return existsSync(fileURLToPath(source)) ? source.href : undefined;
}
