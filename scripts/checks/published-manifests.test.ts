import { expect, test } from "vitest";
import { publishedManifests } from "./published-manifests.ts";
import { findingsIn } from "./support/fixture.ts";

const good = {
  description: "A package",
  keywords: ["a", "b", "c", "d", "e"],
  publishConfig: { access: "public", provenance: true },
};

async function messagesFor(manifest: object, root: object = {}): Promise<readonly string[]> {
  const findings = await findingsIn(publishedManifests, {
    "package.json": JSON.stringify(root),
    "packages/a/package.json": JSON.stringify(manifest),
  });
  return findings.map(({ message }) => message);
}

test("a package that can be found and proves its origin passes, and so does a private one", async () => {
  expect(await messagesFor(good)).toEqual([]);
  expect(await messagesFor({ private: true })).toEqual([]);
});

test.each([
  ["no description", { ...good, description: undefined }, /"description"/],
  ["few keywords", { ...good, keywords: ["a"] }, /"keywords"/],
  ["a keyword twice", { ...good, keywords: ["a", "b", "c", "d", "a"] }, /"keywords"/],
  ["no provenance", { ...good, publishConfig: { access: "public" } }, /"provenance"/],
])("%s is found", async (_, manifest, message) => {
  expect(await messagesFor(manifest)).toEqual([expect.stringMatching(message)]);
});

test("once the repository has an address, each package names it, with the folder", async () => {
  const root = { repository: { type: "git", url: "git+https://example.org/crosspane.git" } };
  expect(await messagesFor(good, root)).toHaveLength(3);
  const placed = {
    ...good,
    repository: { ...root.repository, directory: "packages/a" },
    homepage: "https://example.org/crosspane",
    bugs: "https://example.org/crosspane/issues",
  };
  expect(await messagesFor(placed, root)).toEqual([]);
});
