import { architecturePage } from "./architecture-page.ts";
import { attw } from "./attw.ts";
import type { Check } from "./check.ts";
import { commitSubjects } from "./commit-subjects.ts";
import { conformancePageCheck } from "./conformance-page.ts";
import { coreIsNeutral } from "./core-is-neutral.ts";
import { declaredImports } from "./declared-imports.ts";
import { dependencies } from "./dependencies.ts";
import { docsCode } from "./docs-code.ts";
import { engines } from "./engines.ts";
import { generated } from "./generated.ts";
import { layers } from "./layers.ts";
import { leftovers } from "./leftovers.ts";
import { machineWords } from "./machine-words.ts";
import { noAny } from "./no-any.ts";
import { noConsole } from "./no-console.ts";
import { packageContents } from "./package-contents.ts";
import { publintCheck } from "./publint.ts";
import { publishedManifests } from "./published-manifests.ts";
import { securityPage } from "./security-page.ts";
import { transportRegistryCheck } from "./transport-registry.ts";
import { voice } from "./voice.ts";

/** All checks, quick ones first. */
export const allChecks: readonly Check[] = [
  machineWords,
  leftovers,
  voice,
  commitSubjects,
  securityPage,
  architecturePage,
  conformancePageCheck,
  transportRegistryCheck,
  dependencies,
  coreIsNeutral,
  engines,
  declaredImports,
  noAny,
  noConsole,
  layers,
  generated,
  docsCode,
  publishedManifests,
  packageContents,
  publintCheck,
  attw,
];
