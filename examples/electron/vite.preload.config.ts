import { defineConfig } from "vite";

/**
 * The preload script: one CommonJS file, because a sandboxed one can import nothing but `electron`.
 */
export default defineConfig({
  build: {
    outDir: "dist/preload",
    target: "chrome120",
    lib: { entry: "src/preload.ts", formats: ["cjs"], fileName: () => "preload.cjs" },
    rollupOptions: { external: ["electron"] },
  },
});
