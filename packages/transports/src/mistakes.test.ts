import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failOnLeaks } from "./test-support/leaks.js";
import { usePrivateRuntimeFolder } from "./test-support/links.js";
import { type Mistake, Place } from "./test-support/mistakes/mistake.js";
import { mistakeGroups } from "./test-support/mistakes/mistake-groups.js";
import { withMistakes } from "./test-support/mistakes/troubleshooting-page.js";

usePrivateRuntimeFolder();
failOnLeaks();

let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => place.clear());

const system = process.platform === "win32" ? "windows" : "elsewhere";

describe.each(mistakeGroups)("$title", ({ mistakes }) => {
  test.for(mistakes.filter(({ only = system }) => only === system))("$error", async (mistake) => {
    const error = await errorOf(mistake);
    expect(error).toMatchObject({ name: "RpcError", code: mistake.code });
    expect((error as Error).message).toMatch(patternOf(mistake.error));
  });
});

test("docs/troubleshooting.md has these mistakes: `npx vitest run mistakes -u` writes it", async () => {
  const path = fileURLToPath(new URL("../../../docs/troubleshooting.md", import.meta.url));
  const page = readFileSync(path, "utf8").replaceAll("\r\n", "\n");
  await expect(withMistakes(page, mistakeGroups)).toMatchFileSnapshot(path);
});

/** Returns what a mistake throws at who made it, or reports to the server. */
async function errorOf({ make, reported }: Mistake): Promise<unknown> {
  const thrown = await (async () => make(place))().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (reported !== true) return thrown;
  await expect.poll(() => place.reports).toHaveLength(1);
  return place.reports[0];
}

/** Returns the pattern of a whole message; `…` stands for anything, also for nothing. */
function patternOf(text: string): RegExp {
  const parts = text.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*")}$`);
}
