export type { SessionCounts } from "../session/session-counts.js";
export { Conformance, ConformanceCaller } from "./conformance/conformance.crosspane.js";
export { conformanceCases } from "./conformance/conformance-cases.js";
export {
  type ConformanceCase,
  ConformanceKit,
  type ConformanceTarget,
  type OwnServer,
} from "./conformance/conformance-kit.js";
export { serveConformance } from "./conformance/conformance-service.js";
export { runConformanceCase } from "./conformance/run-conformance-case.js";
export { countsOf } from "./counts-of.js";
export { memory, memoryPair } from "./memory-transport.js";
export { ScriptedPeer, scriptedTransport } from "./scripted-transport.js";
