import { expect, test } from "vitest";
import { printable } from "./print.js";

test("control characters are escaped, and line breaks are not", () => {
  expect(printable("a\u001b[31mb\u009b1mc\td\ne\u0000")).toBe("a\\u001b[31mb\\u009b1mc\td\ne\\u0000");
});
