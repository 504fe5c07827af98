import { fileURLToPath } from "node:url";
import { build, type InlineConfig, type Rolldown } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const packages = here("../../../../packages");

/** Bundles from the built packages, as an app has them, without writing. */
export async function bundle(config: InlineConfig): Promise<readonly Rolldown.OutputChunk[]> {
  const result = await build({
    root: here("../.."),
    logLevel: "silent",
    ...config,
    ...(typeof config.configFile === "string" ? { configFile: here(`../../${config.configFile}`) } : {}),
    resolve: {
      // Wine cannot resolve links, and there are none on this path.
      preserveSymlinks: true,
      alias: [
        { find: /^@crosspane\/core$/, replacement: `${packages}/core/dist/index.js` },
        { find: /^@crosspane\/(core|transports)\/(.+)$/, replacement: `${packages}/$1/dist/$2/index.js` },
      ],
    },
    build: { ...config.build, write: false },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[];
  return outputs.flatMap(({ output }) => output.filter((part) => part.type === "chunk"));
}
