import { conformanceOverStdio } from "./test-support/conformance-suite.js";

conformanceOverStdio();
