import type { IForbiddenRuleType } from "dependency-cruiser";
import { entryPoints, layerTables, transportFolders } from "./layer-table.ts";
import { rulesOfTable } from "./rules-of-table.ts";

const TEST = "\\.test\\.ts$";
const TEST_SUPPORT = "^packages/[^/]+/src/test-support/";
/** A folder of transports that is a transport. */
const TRANSPORT = `^packages/transports/src/(${transportFolders.join("|")})/`;

/**
 * The layers of docs/architecture.md, as rules of dependency-cruiser. Each comment is the message
 * of its failure.
 */
export const layerRules: readonly IForbiddenRuleType[] = [
  ...layerTables.flatMap(rulesOfTable),
  {
    name: "no-cycle",
    severity: "error",
    comment:
      "is part of a cycle, so none of its files can be understood alone: move what both need into a third",
    from: {},
    to: { circular: true },
  },
  {
    name: "no-unresolvable",
    severity: "error",
    comment: "imports what is not there",
    from: {},
    // Users of examples/electron install it.
    to: { couldNotResolve: true, pathNot: "^electron$" },
  },
  {
    name: "no-dead-file",
    severity: "error",
    comment: "is reached from no entry point: remove it, or export it",
    from: { path: [...entryPoints] },
    to: { path: "^packages/[^/]+/src/", pathNot: [...entryPoints, TEST, TEST_SUPPORT], reachable: false },
  },
  {
    name: "no-test-support",
    severity: "error",
    comment: "imports what only tests may use",
    from: { path: "^(packages|examples)/", pathNot: [TEST, TEST_SUPPORT] },
    to: { path: [TEST, TEST_SUPPORT] },
  },
  {
    name: "core-is-neutral",
    severity: "error",
    comment: "imports a module of Node, and core runs wherever JavaScript does",
    from: { path: "^packages/core/src/", pathNot: TEST },
    to: { dependencyTypes: ["core"] },
  },
  {
    name: "msgpackr-without-native-code",
    severity: "error",
    comment: "imports another entry of msgpackr than ./pack and ./unpack, and only these load no native code",
    from: { path: "^packages/core/src/", pathNot: TEST },
    to: { path: "(^|/)node_modules/msgpackr/", pathNot: "/(pack|unpack)\\.d\\.ts$" },
  },
  {
    name: "packages-by-direction",
    severity: "error",
    comment:
      "imports a package that it must not know: transports know core, and the others know none of ours",
    // Generated code is tested against core.
    from: {
      path: "^packages/(core|codegen)/src/",
      pathNot: ["^packages/codegen/src/emit/.*\\.test\\.ts$", "^packages/codegen/src/test-support/"],
    },
    to: { path: "^packages/(?!$1/)" },
  },
  {
    name: "transports-know-core-only",
    severity: "error",
    comment:
      "imports a package that it must not know: transports know core, and the others know none of ours",
    from: { path: "^packages/transports/src/" },
    to: { path: "^packages/(?!transports/|core/)" },
  },
  {
    name: "transport-alone",
    severity: "error",
    comment: "imports another transport: move what both need up, beside the folders of the transports",
    from: { path: TRANSPORT, pathNot: TEST },
    to: { path: TRANSPORT, pathNot: "^packages/transports/src/$1/" },
  },
  {
    name: "bridge-alone",
    severity: "error",
    comment: "imports another bridge: move what both need up, beside the folders of the bridges",
    from: { path: "^packages/bridges/src/([^/]+)/", pathNot: TEST },
    to: { path: "^packages/bridges/src/[^/]+/", pathNot: "^packages/bridges/src/$1/" },
  },
  {
    name: "message-port-without-node",
    severity: "error",
    comment: "imports a module of Node, and ports of messages are for pages too",
    from: { path: "^packages/transports/src/message-port/", pathNot: TEST },
    to: { dependencyTypes: ["core"] },
  },
  {
    name: "socket-without-koffi",
    severity: "error",
    comment: "reaches koffi, and the socket transport must load no native code",
    from: { path: "^packages/transports/src/socket/", pathNot: TEST },
    to: { path: "^packages/transports/src/win32/|(^|/)node_modules/koffi/", reachable: true },
  },
  {
    name: "chosen-transport-only",
    severity: "error",
    comment: "imports a transport at once: import it when an endpoint asks for it",
    from: { path: "^packages/transports/src/(endpoint|transport-registry)\\.ts$" },
    to: {
      path: [TRANSPORT, "^packages/transports/src/auto/"],
      dependencyTypesNot: ["dynamic-import", "type-only"],
    },
  },
  {
    name: "example-alone",
    severity: "error",
    comment: "imports from another example",
    from: { path: "^examples/([^/]+)/" },
    to: { path: "^examples/(?!$1/)" },
  },
];
