import { defineConfig } from "vite";

/** The page: from its HTML file, with relative paths, because it is loaded from disk. */
export default defineConfig({
  base: "./",
  build: { outDir: "dist/page", target: "chrome120", modulePreload: { polyfill: false } },
});
