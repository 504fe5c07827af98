/**
 * `npm run docs` builds the API pages in `docs/api`. Every warning fails it: a broken link, a type
 * that is mentioned but not exported, an export without documentation.
 */
import { Application, type Logger, OptionDefaults, type TypeDocOptions } from "typedoc";
import { repository } from "./repository.ts";
import { main } from "./terminal/main.ts";

const PACKAGES = ["core", "codegen", "transports", "bridges"] as const;

const options: Partial<TypeDocOptions> = {
  name: "Crosspane",
  out: "docs/api",
  readme: "README.md",
  projectDocuments: ["docs/*.md"],
  includeVersion: true,
  // The entry points of a package are the subpaths of its package.json.
  entryPointStrategy: "packages",
  entryPoints: PACKAGES.map((name) => `packages/${name}`),
  packagesRequiringDocumentation: PACKAGES.map((name) => `@crosspane/${name}`),
  // Fields need no words if their names are clear. Methods are functions here.
  highlightLanguages: [...OptionDefaults.highlightLanguages, "mermaid", "vb"],
  navigation: { includeCategories: true },
  requiredToBeDocumented: ["Enum", "Variable", "Function", "Class", "Interface", "TypeAlias"],
  validation: {
    notExported: true,
    notDocumented: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    unusedMergeModuleWith: true,
  },
  packageOptions: {
    // Modules by category, so that the imports of generated code stand apart at the end.
    categorizeByGroup: false,
    categoryOrder: ["Programs", "Transports", "Tests and traces", "*", "Generated code"],
    blockTags: [...OptionDefaults.blockTags, "@service"],
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    // A link to a line would require the address at which the repository is published.
    disableSources: true,
    readme: "none",
  },
};

await main(async () => {
  process.chdir(repository);
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined) return 1;
  app.validate(project);
  // TypeDoc's own command would stop at the first kind of warning. This shows all of them, and then
  // writes nothing.
  if (complained(app.logger)) return 1;
  await app.generateOutputs(project);
  return complained(app.logger) ? 1 : 0;
});

function complained(logger: Logger): boolean {
  return logger.errorCount + logger.warningCount + logger.validationWarningCount > 0;
}
