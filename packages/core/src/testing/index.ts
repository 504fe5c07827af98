// The types of `using` belong to this API, and the libraries that a program names may lack them.
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The test kit: `memory:` transports, scripted peers, counts of leaks, and the conformance cases
 * that every transport has to pass.
 * @category Tests and traces
 * @packageDocumentation
 */

export type { SessionCounts } from "../connection/session-counts.js";
export { memory, memoryPair } from "../transport/memory-transport.js";
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
export { ScriptedPeer, scriptedTransport } from "./scripted-transport.js";
