import { expect, test } from "vitest";
import { fixture } from "./support/fixture.ts";
import { differences, type Registry, transportTable } from "./transport-registry.ts";

const open = async (): Promise<never> => {
  throw new Error("a check opens no transport");
};

const carrier = {
  address: "name",
  module: "@crosspane/transports/carrier",
  systems: "all",
  autoRank: 4,
  features: { noticesDeath: "all", peerIdentity: "windows" },
  conformance: ["in one process", "between two processes"],
  open,
} as const;

const target = (folder: string) => ({
  [`./${folder}`]: { types: `./dist/${folder}/index.d.ts`, default: `./dist/${folder}/index.js` },
});

/** The files of a repository whose only transport is `carrier`. */
const complete = {
  "README.md": "| `auto:NAME` | the fastest |\n| `carrier:NAME` | a pigeon |\n",
  "packages/transports/README.md":
    "| `auto:NAME` | `@crosspane/transports/auto` |\n| `carrier:NAME` | `@crosspane/transports/carrier` |\n",
  "packages/transports/package.json": JSON.stringify({
    exports: { ".": {}, ...target("carrier"), ...target("auto"), "./package.json": "" },
  }),
  "packages/transports/src/carrier/index.ts": "",
  "packages/transports/src/index.ts":
    "/** Offers services at an endpoint: `carrier:NAME`. */\nexport async function serve() {}\n",
  "docs/architecture.md": [
    "| transport | endpoint | module | system | `auto:` | features | conformance |",
    "|---|---|---|---|---|---|---|",
    "| `carrier` | `carrier:NAME` | `@crosspane/transports/carrier` | all | 4 | noticesDeath, peerIdentity (Windows) | in one process, between two processes |",
    "",
  ].join("\n"),
  "docs/conformance.md": "| Linux | carrier | 1 | 89 |\n| Linux | carrier | 2 | 89 |\n",
  "bench/options.ts": 'const knownTransports = ["carrier"];\n',
};

async function messages(registry: Registry, files: Readonly<Record<string, string>> = complete) {
  await using folder = await fixture(files);
  return differences(folder.root, registry).map(({ file, message }) => `${file}: ${message}`);
}

test("files that name every transport pass", async () => {
  expect(await messages({ carrier })).toEqual([]);
});

test("a row that is added alone is missed in every place", async () => {
  const snail = { ...carrier, module: "@crosspane/transports/snail", autoRank: null } as const;
  expect(await messages({ carrier, snail })).toEqual([
    "packages/transports/src/snail/index.ts: is the module of a registered transport and does not exist",
    'packages/transports/package.json: "exports" needs "./snail": {"types":"./dist/snail/index.d.ts","default":"./dist/snail/index.js"}',
    "README.md: has no row of a table with snail:NAME: add it",
    "packages/transports/README.md: has no row of a table with snail:NAME and @crosspane/transports/snail: add it",
    "packages/transports/src/index.ts: the comment of `serve` does not name snail:NAME",
    `docs/architecture.md: the table of transports needs the row ${transportTable({ snail })[0]}`,
    "docs/conformance.md: has no results of snail in one process: run the cases over it, then `npm run conformance`",
    "docs/conformance.md: has no results of snail between two processes: run the cases over it, then `npm run conformance`",
    "bench/options.ts: `knownTransports` does not have snail: add it",
  ]);
});

test("places that name a transport which is not registered are found", async () => {
  expect(await messages({})).toEqual([
    'packages/transports/package.json: "exports" has "./carrier", which is not a registered transport',
    "docs/architecture.md: is not a row of the registry: remove it",
    "bench/options.ts: `knownTransports` has carrier, which is not registered",
  ]);
});
