import { conformanceOver } from "./test-support/conformance-suite.js";

conformanceOver("copydata");
