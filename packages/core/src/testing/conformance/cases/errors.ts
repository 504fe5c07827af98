import { codes } from "../../../errors/code.js";
import { defaultLimits } from "../../../transport/limits.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { cases } from "./case.js";

export const errorCases: readonly ConformanceCase[] = [
  ...codes.map((code) => ({
    group: "errors",
    name: `code ${code} arrives with message and details`,
    run: async (kit: Parameters<ConformanceCase["run"]>[0]) => {
      const details = { why: "because", at: [1, 2] };
      const error = await kit.fails((await kit.client()).fail(code, `the ${code} message`, details), code);
      kit.equal(error.message, `the ${code} message`);
      kit.equal(error.details, details);
      kit.equal(error.remoteStack, undefined);
    },
  })),
  ...cases("errors", {
    "an error of the handler's own is hidden": async (kit) => {
      const service = await kit.client();
      for (const how of ["error", "synchronous", "text"] as const) {
        const error = await kit.fails(service.crash(how), "internal", "crosspane.Conformance.crash");
        kit.isTrue(!error.message.includes("secret"), `the message gives a secret away: ${error.message}`);
      }
    },
    "a rejection with undefined is an error": async (kit) => {
      await kit.fails((await kit.client()).crash("undefined"), "internal");
    },
    "an error whose getters throw is an error": async (kit) => {
      const service = await kit.client();
      await kit.fails(service.crash("hostile"), "internal");
      kit.equal(await service.add(1, 1), 2);
    },
    "a result of the wrong type is refused at the server by path": async (kit) => {
      await kit.fails(
        (await kit.client()).lie(),
        "internal",
        "crosspane.Conformance.lie",
        "result: expected number, got string",
      );
    },
    "a long message is cut": async (kit) => {
      const error = await kit.fails(
        (await kit.client()).fail("aborted", "x".repeat(100_000), null),
        "aborted",
      );
      kit.equal(error.message.length, defaultLimits.maxErrorChars);
    },
    "details over the message limit are dropped, the error is not": async (kit) => {
      const service = await kit.client({ limits: { maxMessageBytes: 64 * 1024 } });
      const details = new Uint8Array(60 * 1024);
      kit.equal((await kit.fails(service.fail("aborted", "small", details), "aborted")).details, details);
    },
  }),
];
