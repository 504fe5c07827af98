import { afterAll, beforeAll, test } from "vitest";
import type { Server } from "../server/serve.js";
import {
  type ConformanceTarget,
  conformanceCases,
  memory,
  runConformanceCase,
  serveConformance,
} from "./index.js";

let unused = 0;
const target: ConformanceTarget = {
  transport: memory("conformance"),
  unused: () => memory(`conformance ${++unused}`),
};

let server: Server;
beforeAll(async () => {
  server = await serveConformance(target.transport);
});
afterAll(() => server.close());

test.each(conformanceCases.map((testCase) => [testCase.group, testCase.name, testCase] as const))(
  "%s: %s",
  (_group, _name, testCase) => runConformanceCase(testCase, target),
);
