import { type Node, Project, ts } from "ts-morph";
import { createPackageNames } from "./package-name.js";

/** The compiler options of a project, as its tsconfig gives them. Opaque outside of `read/`. */
export type ProjectOptions = ts.CompilerOptions;

/** Where {@link openContractProject} puts declarations of its own: no such file is read or written. */
export const platformTypesPath = "/node_modules/.crosspane/platform.d.ts";

/** Contracts opened together: types that they share are read once. */
export interface ContractProject {
  readonly morph: Project;
  /** Whether a declaration belongs to the language or to the platform. */
  readonly isLibrary: (node: Node) => boolean;
  /** Whether a declaration belongs to `@crosspane/core`. */
  readonly isCore: (node: Node) => boolean;
}

/** What contracts are read with when no tsconfig says otherwise. */
const defaultOptions: ProjectOptions = {
  target: ts.ScriptTarget.ES2023,
  // No DOM: it takes longer to read than everything else, and none of it travels.
  lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};

/**
 * Opens contract files; what they import is found on demand.
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
 * Opens contracts that are texts and not files.
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

/** The author's files that were read, contracts and what they import. */
export function readFiles(project: ContractProject): readonly string[] {
  const files = project.morph.getProgram().compilerObject.getSourceFiles();
  return files.map((file) => file.fileName).filter((name) => !name.includes("/node_modules/"));
}

/** Contracts are read as strict TypeScript: without it, `undefined` and `null` vanish from their types. */
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
 * Types of the platform that travel, for projects that do not include their declarations. Where they do, these merge with them and
 * change nothing.
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
