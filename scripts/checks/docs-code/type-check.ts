import path from "node:path";
import ts from "typescript";
import { repository } from "../../repository.ts";

export interface TypeCheck {
  readonly files: readonly string[];
  readonly paths: Record<string, string[]>;
  /** Returns the file from which to resolve an import that is not found from this one. */
  readonly besides: (file: string) => string | undefined;
}

export interface BlockError {
  /** Missing if the options themselves are invalid. */
  readonly file: string | undefined;
  /** Counted from 0. */
  readonly line: number;
  readonly message: string;
}

/** Options to find the declarations of Node, because pages have no `node_modules`. */
export const nodeTypes = {
  types: ["node"],
  typeRoots: [path.join(repository, "node_modules/@types")],
};

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts"],
  ...nodeTypes,
  strict: true,
  // Readers may run copied code by type stripping.
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  // Every block is a module, with or without an import.
  moduleDetection: ts.ModuleDetectionKind.Force,
  noEmit: true,
  skipLibCheck: true,
};

/** Type-checks the files as one program and returns the errors in them, not in their imports. */
export function typeCheck({ files, paths, besides }: TypeCheck): readonly BlockError[] {
  const allOptions = { ...options, paths };
  const host = ts.createCompilerHost(allOptions);
  const cache = ts.createModuleResolutionCache(
    host.getCurrentDirectory(),
    host.getCanonicalFileName,
    allOptions,
  );
  host.resolveModuleNameLiterals = (literals, containing, _redirected, _options, source) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(source, literal, allOptions);
      const resolve = (from: string) =>
        ts.resolveModuleName(literal.text, from, allOptions, host, cache, undefined, mode);
      const found = resolve(containing);
      const elsewhere = besides(containing);
      return found.resolvedModule === undefined && elsewhere !== undefined ? resolve(elsewhere) : found;
    });
  const program = ts.createProgram({ rootNames: files, options: allOptions, host });
  const wanted = new Set(files.map((file) => file.replaceAll("\\", "/")));
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || wanted.has(file.fileName))
    .map(({ file, start = 0, messageText, code }) => ({
      file: file?.fileName,
      line: file?.getLineAndCharacterOfPosition(start).line ?? 0,
      message: `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    }));
}
