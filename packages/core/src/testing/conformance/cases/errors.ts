import { codes } from "../../../errors/code.js";
import { RpcError } from "../../../errors/rpc-error.js";
import { defaultLimits } from "../../../transport/limits.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { callerOf } from "./caller.js";
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
    "details within the message limit arrive": async (kit) => {
      const service = await kit.client({ limits: { maxMessageBytes: 64 * 1024 } });
      const details = new Uint8Array(60 * 1024);
      kit.equal((await kit.fails(service.fail("aborted", "small", details), "aborted")).details, details);
    },
    "details over the message limit are dropped, the error is not": async (kit) => {
      const service = await kit.client({ limits: { maxMessageBytes: 64 * 1024 } });
      const error = await kit.fails(service.fail("aborted", "large", new Uint8Array(70 * 1024)), "aborted");
      kit.equal([error.message, error.details], ["large", undefined]);
    },
    "details that cannot travel are dropped, the error is not": async (kit) => {
      const error = await kit.fails((await kit.client()).failOddly("function in details"), "aborted");
      kit.equal([error.message, error.details], ["odd", undefined]);
    },
    "a code that does not exist is unknown": async (kit) => {
      kit.equal((await kit.fails((await kit.client()).failOddly("no such code"), "unknown")).message, "odd");
    },
    "the cause of an error stays at home": async (kit) => {
      const error = await kit.fails((await kit.client()).failOddly("cause"), "aborted");
      kit.equal([error.cause, error.remoteStack], [undefined, undefined]);
    },
    "a subclass of RpcError arrives with its code and message": async (kit) => {
      const error = await kit.fails((await kit.client()).failOddly("subclass"), "aborted");
      kit.equal([error.message, error.name, "tray" in error], ["odd", "RpcError", false]);
    },
    "an empty message arrives empty": async (kit) => {
      kit.equal((await kit.fails((await kit.client()).fail("notFound", "", 0), "notFound")).message, "");
    },
    "a long message is not cut within a character": async (kit) => {
      const service = await kit.client();
      for (const start of ["", "x"]) {
        const { message } = await kit.fails(
          service.fail("aborted", `${start}${"😀".repeat(5_000)}`, null),
          "aborted",
        );
        kit.isTrue(
          message.isWellFormed() && message.length <= defaultLimits.maxErrorChars,
          message.slice(-9),
        );
      }
    },
    "an error of the caller's own service comes back through the server": async (kit) => {
      const upper = async (text: string): Promise<string> => {
        throw new RpcError("notFound", `no capitals for ${text}`, { details: [text] });
      };
      const service = await kit.client({ services: [callerOf({ upper })] });
      const error = await kit.fails(service.askBack("ß"), "notFound", "no capitals for ß");
      kit.equal(error.details, ["ß"]);
    },
    "what the caller's own service hides stays hidden from the server": async (kit) => {
      const upper = async (): Promise<string> => {
        throw new Error("secret of the caller");
      };
      const service = await kit.client({ services: [callerOf({ upper })] });
      const error = await kit.fails(service.askBack("a"), "internal", "crosspane.ConformanceCaller.upper");
      kit.isTrue(!error.message.includes("secret"), `the message gives a secret away: ${error.message}`);
    },
    "a server that exposes messages shows them, and no stacks": async (kit) => {
      const own = await kit.serve({ exposeErrors: "message" });
      const error = await kit.fails((await own.client()).crash("error"), "internal", "secret of a handler");
      kit.equal(error.remoteStack, undefined);
    },
    "a server that exposes stacks shows them": async (kit) => {
      const own = await kit.serve({ exposeErrors: "stack" });
      const error = await kit.fails((await own.client()).crash("error"), "internal");
      kit.isTrue(error.remoteStack?.includes("secret of a handler") === true, "there is no stack");
    },
  }),
];
