import { expect, test } from "vitest";
import { layerTables } from "./layers/layer-table.ts";
import { layers } from "./layers.ts";
import { findingsIn } from "./support/fixture.ts";

/** The main entry loads native code. */
const msgpackr = {
  "node_modules/msgpackr/package.json": JSON.stringify({
    name: "msgpackr",
    exports: {
      ".": { types: "./index.d.ts", default: "./index.js" },
      "./pack": { types: "./pack.d.ts", default: "./index.js" },
    },
  }),
  "node_modules/msgpackr/index.d.ts": "export declare const it: number;\n",
  "node_modules/msgpackr/pack.d.ts": "export declare const it: number;\n",
};

/** A file with these imports. */
function importing(...specifiers: readonly string[]): string {
  return [
    "export const it = 1;",
    ...specifiers.map((specifier, index) => `import { it as it${index} } from "${specifier}";`),
    `export { ${specifiers.map((_, index) => `it${index}`).join(", ")} };\n`,
  ].join("\n");
}

test("arrows that point down pass", async () => {
  const findings = await findingsIn(layers, {
    "packages/core/src/index.ts": importing("./connect/connect.js", "./server/serve.js"),
    "packages/core/src/connect/connect.ts": importing("../connection/session-connection.js"),
    "packages/core/src/connection/session-connection.ts": importing("./session.js"),
    "packages/core/src/server/serve.ts": importing("../connection/session-connection.js"),
    "packages/core/src/connection/session.ts": importing("../outbound/calls.js", "../inbound/calls.js"),
    "packages/core/src/outbound/calls.ts": importing("../wire/message.js", "../transport/limits.js"),
    "packages/core/src/inbound/calls.ts": importing("../wire/message.js"),
    "packages/core/src/wire/message.ts": `${importing("../codec/codec.js", "../transport/limits.js")}export type { it } from "../service/service.js";\n`,
    "packages/core/src/codec/codec.ts": importing("../errors/code.js", "msgpackr/pack"),
    ...msgpackr,
    "packages/core/src/service/service.ts": importing("../errors/code.js"),
    "packages/core/src/transport/limits.ts": importing("../errors/code.js"),
    "packages/core/src/errors/code.ts": importing(),
    "packages/core/src/errors/code.test.ts": importing("node:fs", "../wire/message.js"),
    "packages/transports/src/index.ts": importing("./endpoint.js"),
    "packages/transports/src/endpoint.ts": importing("./transport-registry.js"),
    "packages/transports/src/transport-registry.ts": `export const it = () => import("./socket/index.js");\n`,
    "packages/transports/src/socket/index.ts": importing("node:net", "../byte-stream/frames.js"),
    "packages/transports/src/named-pipe/index.ts": importing(
      "../byte-stream/frames.js",
      "../win32/kernel32.js",
    ),
    "packages/transports/src/win32/kernel32.ts": importing(),
    "packages/transports/src/byte-stream/frames.ts": importing(),
  });
  expect(findings).toEqual([]);
});

test("every arrow that points up, aside or in a circle is found", async () => {
  const findings = await findingsIn(layers, {
    "packages/core/src/index.ts": importing(
      "./connect/connect.js",
      "./server/serve.js",
      "./wire/message.js",
      "./colours/blue.js",
    ),
    "packages/core/src/colours/blue.ts": importing(),
    "packages/core/src/connect/connect.ts": importing("../connection/session.js", "../server/serve.js"),
    "packages/core/src/server/serve.ts": importing("../connection/session.js", "../testing/kit.test.js"),
    "packages/core/src/connection/session.ts": `${importing("../outbound/calls.js")}export type { it as up } from "../connect/connect.js";\n`,
    "packages/core/src/outbound/calls.ts": importing("../inbound/calls.js"),
    "packages/core/src/inbound/calls.ts": importing(),
    "packages/core/src/wire/message.ts": importing(
      "../service/service.js",
      "../transport/transport.js",
      "../errors/code.js",
    ),
    "packages/core/src/service/service.ts": importing("msgpackr"),
    ...msgpackr,
    "packages/core/src/transport/transport.ts": importing("node:net"),
    "packages/core/src/errors/code.ts": importing("./missing.js"),
    "packages/core/src/errors/dead.ts": importing(),
    "packages/core/src/testing/kit.test.ts": importing(),
    "packages/codegen/src/watch.ts": importing("./read/a.js", "./generate.js"),
    "packages/codegen/src/generate.ts": importing("./emit/a.js"),
    "packages/codegen/src/emit/a.ts": importing("../read/a.js", "../../../core/src/errors/code.js"),
    "packages/codegen/src/read/a.ts": importing(),
    "packages/transports/src/index.ts": importing("./endpoint.js", "./frames.js"),
    "packages/transports/src/endpoint.ts": importing("./socket/index.js"),
    "packages/transports/src/frames.ts": importing(),
    "packages/transports/src/byte-stream/frames.ts": importing("../named-pipe/index.js"),
    "packages/transports/src/socket/index.ts": importing("../named-pipe/name.js"),
    "packages/transports/src/named-pipe/index.ts": importing("../win32/kernel32.js"),
    "packages/transports/src/named-pipe/name.ts": importing("../win32/kernel32.js"),
    "packages/transports/src/win32/kernel32.ts": importing(
      "../../../codegen/src/watch.js",
      "../errors/node-error.js",
    ),
    "packages/transports/src/errors/node-error.ts": importing(),
    "packages/transports/src/message-port/index.ts": importing("node:worker_threads"),
    "examples/hello/a.ts": importing("../bye/b.js", "electron"),
    "examples/bye/b.ts": importing(),
  });
  const found = findings.map(({ file, message }) => `${file} ${/\(([^()]+)\)$/.exec(message)?.[1]}`);
  expect(found).toEqual(
    expect.arrayContaining([
      "packages/core/src/colours/blue.ts core/unknown-layer",
      "packages/core/src/connect/connect.ts core/connect",
      "packages/core/src/connect/connect.ts no-cycle",
      "packages/core/src/connection/session.ts core/connection",
      "packages/core/src/outbound/calls.ts core/outbound",
      "packages/core/src/server/serve.ts core/server",
      "packages/core/src/server/serve.ts no-test-support",
      "packages/core/src/wire/message.ts core/wire types only",
      "packages/core/src/wire/message.ts core/wire narrowly",
      "packages/core/src/index.ts core/index.ts",
      "packages/core/src/service/service.ts msgpackr-without-native-code",
      "packages/core/src/transport/transport.ts core-is-neutral",
      "packages/core/src/errors/code.ts no-unresolvable",
      "packages/core/src/errors/dead.ts no-dead-file",
      "packages/codegen/src/watch.ts codegen/watch.ts",
      "packages/codegen/src/emit/a.ts codegen/emit",
      "packages/codegen/src/emit/a.ts packages-by-direction",
      "packages/transports/src/endpoint.ts chosen-transport-only",
      "packages/transports/src/endpoint.ts transports/endpoint.ts",
      "packages/transports/src/frames.ts transports/unknown-layer",
      "packages/transports/src/byte-stream/frames.ts transports/byte-stream",
      "packages/transports/src/message-port/index.ts message-port-without-node",
      "packages/transports/src/socket/index.ts transport-alone",
      "packages/transports/src/socket/index.ts socket-without-koffi",
      "packages/transports/src/win32/kernel32.ts transports-know-core-only",
      "packages/transports/src/win32/kernel32.ts transports/win32",
      "examples/hello/a.ts example-alone",
    ]),
  );
  expect(found).not.toContain("examples/hello/a.ts no-unresolvable");
  expect(findings.find(({ message }) => message.endsWith("(transport-alone)"))?.line).toBe(2);
});

test.each(layerTables)("the layers of $package import only layers that stand before them", ({ layers }) => {
  const names = Object.keys(layers);
  const up = Object.entries(layers).flatMap(([layer, edges]) =>
    edges
      .map((edge) => (typeof edge === "string" ? edge : edge.to))
      .filter((to) => to !== ".*" && names.indexOf(to) >= names.indexOf(layer))
      .map((to) => `${layer} -> ${to}`),
  );
  expect(up).toEqual([]);
});
