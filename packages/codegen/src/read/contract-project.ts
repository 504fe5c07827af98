import { type Node, Project, ts } from "ts-morph";
import { createPackageNames } from "./package-name.js";

/** Compiler options of a project, from its tsconfig. Opaque outside of `read/`. */
export type ProjectOptions = ts.CompilerOptions;

/** Path of the declarations that {@link openContractProject} adds. No such file exists on disk. */
export const platformTypesPath = "/node_modules/.crosspane/platform.d.ts";

/** Contracts that are opened together, so that types they share are read once. */
export interface ContractProject {
  readonly morph: Project;
  /** True if a declaration belongs to the language or to the platform. */
  readonly isLibrary: (node: Node) => boolean;
  /** True if a declaration belongs to `@crosspane/core`. */
  readonly isCore: (node: Node) => boolean;
}

/** Compiler options for contracts without a tsconfig. */
const defaultOptions: ProjectOptions = {
  target: ts.ScriptTarget.ES2023,
  // Without the DOM: it takes longer to read than everything else, and none of its types travel.
  lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};

/**
 * Opens contract files. Their imports are resolved on demand.
 *
 * @param files absolute paths
 * @param options compiler options of the tsconfig
 */
export function openContractProject(
  files: readonly string[],
  options: ProjectOptions = defaultOptions,
): ContractProject {
  const morph = new Project({
    compilerOptions: readingOptions(options),
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
  });
  for (const file of files) morph.addSourceFileAtPath(file);
  return wrapProject(morph);
}

/**
 * Opens contracts from texts instead of files.
 *
 * @param sources texts by absolute path
 */
export function openInMemoryProject(sources: Readonly<Record<string, string>>): ContractProject {
  const morph = new Project({
    compilerOptions: readingOptions(defaultOptions),
    useInMemoryFileSystem: true,
    skipFileDependencyResolution: true,
  });
  for (const [path, text] of Object.entries(sources)) morph.createSourceFile(path, text);
  return wrapProject(morph);
}

/** Returns the author's files that were read: contracts and their imports. */
export function readFiles(project: ContractProject): readonly string[] {
  const files = project.morph.getProgram().compilerObject.getSourceFiles();
  return files.map((file) => file.fileName).filter((name) => !name.includes("/node_modules/"));
}

/**
 * Returns options for strict TypeScript, without which `undefined` and `null` vanish from types.
 */
function readingOptions(options: ProjectOptions): ProjectOptions {
  return {
    ...options,
    strict: true,
    strictNullChecks: true,
    noEmit: true,
    skipLibCheck: true,
    composite: false,
    incremental: false,
  };
}

const platformPackages =
  /\/node_modules\/(?:\.crosspane|@types\/(?:node|bun|deno)|bun-types|undici-types|buffer)\//;

/**
 * Platform types that travel, for projects without their declarations. In other projects these
 * merge with the real declarations and change nothing.
 */
const platformTypes = `interface AbortSignal {}
interface ReadableStream<R = any> {}
`;

function wrapProject(morph: Project): ContractProject {
  morph.createSourceFile(platformTypesPath, platformTypes, { overwrite: true });
  const packageName = createPackageNames(morph.getFileSystem());
  const isLibrary = (node: Node): boolean => {
    const sourceFile = node.getSourceFile();
    if (!sourceFile.isDeclarationFile()) return false;
    const program = morph.getProgram().compilerObject;
    return (
      program.isSourceFileDefaultLibrary(sourceFile.compilerNode) ||
      platformPackages.test(sourceFile.getFilePath())
    );
  };
  const isCore = (node: Node): boolean =>
    packageName(node.getSourceFile().getDirectoryPath()) === "@crosspane/core";
  return { morph, isLibrary, isCore };
}
