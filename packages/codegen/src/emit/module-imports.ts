import type { NameScope } from "./name-scope.js";

/** The values that a generated module imports beside the runtime, each under one name. */
export interface ModuleImports {
  /**
   * Returns the name of an imported value in the module.
   *
   * @param specifier the module that exports it
   * @param exported the name that it is exported as
   * @param wanted the name that it gets if it is free
   */
  nameOf(specifier: string, exported: string, wanted: string): string;
  /** Returns the import declarations of everything that was requested. */
  emit(): readonly string[];
}

/** Makes the imports of a module whose names are in a scope. */
export function createModuleImports(scope: NameScope): ModuleImports {
  const modules = new Map<string, Map<string, string>>();
  return {
    nameOf(specifier, exported, wanted) {
      const names = modules.get(specifier) ?? new Map<string, string>();
      modules.set(specifier, names);
      const name = names.get(exported) ?? scope.claim(wanted);
      names.set(exported, name);
      return name;
    },
    emit() {
      return [...modules].sort(compareKeys).map(([specifier, names]) => {
        const items = [...names].sort(compareKeys).map(([exported, name]) => {
          return exported === name ? name : `${exported} as ${name}`;
        });
        return emitImport("import", items, specifier);
      });
    },
  };
}

/** Returns one import declaration, on several lines if it is long. */
export function emitImport(
  keyword: "import" | "import type",
  items: readonly string[],
  specifier: string,
): string {
  const line = `${keyword} { ${items.join(", ")} } from ${JSON.stringify(specifier)};`;
  if (line.length <= 110) return line;
  return `${keyword} {\n${items.map((each) => `  ${each},\n`).join("")}} from ${JSON.stringify(specifier)};`;
}

function compareKeys([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
