import { conformanceOverMessagePort } from "./test-support/conformance-suite.js";

conformanceOverMessagePort();
