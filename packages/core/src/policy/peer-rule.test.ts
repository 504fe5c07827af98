import { expect, test } from "vitest";
import type { PeerInfo } from "../transport/transport.js";
import { parsePeerRule, unmetRules } from "./peer-rule.js";

const program = "C:\\Program Files\\Till\\till.exe";
const peer: PeerInfo = {
  transport: "pipe",
  address: "x",
  sameUser: true,
  administrator: false,
  elevated: false,
  imagePath: program,
};

const met = (rules: readonly string[], facts: Partial<PeerInfo> = {}) =>
  unmetRules(rules.map(parsePeerRule), { ...peer, ...facts }) === undefined;

test.each<[string[], boolean]>([
  [["sameUser"], true],
  [["administrators"], false],
  [["elevated"], false],
  [["sameUser elevated"], false],
  [["  sameUser   image C:\\Program Files\\Till\\till.exe "], true],
  [["administrators", "sameUser"], true],
  [["administrators", "elevated"], false],
  [[], false],
])("%o is met: %s", (rules, expected) => {
  expect(met(rules)).toBe(expected);
});

test.each<keyof PeerInfo>(["sameUser", "imagePath"])("what is not known is not met: %s", (fact) => {
  const { [fact]: _, ...unknown } = peer;
  const rules = [fact === "sameUser" ? "sameUser" : `image ${program}`].map(parsePeerRule);
  expect(unmetRules(rules, peer)).toBeUndefined();
  expect(unmetRules(rules, unknown as PeerInfo)).toContain("the transport pipe does not know");
});

test.each<[string, boolean]>([
  ["C:\\Program Files\\Till\\till.exe", true],
  ["c:\\program files\\TILL\\Till.EXE", true],
  ["C:\\Program Files\\Till\\*", true],
  ["c:\\program files\\till\\*", true],
  ["C:\\Program Files\\*", false],
  ["C:\\Program Files\\Till\\till.exe\\*", false],
  ["C:\\Program Files\\Till\\till.ex", false],
  ["C:\\Program Files\\Till\\other.exe", false],
  ["\\Till\\till.exe", false],
])("image %s is met: %s", (path, expected) => {
  expect(met([`image ${path}`])).toBe(expected);
});

test("letters that only look alike are not the same in a path", () => {
  expect(met(["image C:\\K\\a.exe"], { imagePath: "C:\\\u212a\\a.exe" })).toBe(false);
  expect(met(["image C:\\strasse.exe"], { imagePath: "C:\\stra\u00dfe.exe" })).toBe(false);
});

test("a value in quotation marks leaves room for more words", () => {
  expect(met([`image "${program}" sameUser`])).toBe(true);
  expect(met([`image "${program}" elevated`])).toBe(false);
});

test("who signed a program is not known", () => {
  expect(unmetRules([parsePeerRule("signer Contoso Ltd")], peer)).toContain("does not know");
});

test("a refusal says what was asked for and what is missing", () => {
  const rules = ["administrators", "sameUser elevated"].map(parsePeerRule);
  expect(unmetRules(rules, { ...peer, elevated: false })).toBe(
    "administrators (it is not), or sameUser elevated (elevated: it is not)",
  );
});

test.each([
  "",
  "  ",
  "sameuser",
  "sameUser, elevated",
  "everybody",
  "toString",
  "image",
  'image ""',
  "image till.exe",
  "image C:\\Program*",
  "image C:\\*\\till.exe",
  'image "C:\\a.exe"sameUser',
  'image "C:\\a.exe',
  "signer",
])("%o is no rule", (text) => {
  expect(() => parsePeerRule(text)).toThrow(expect.objectContaining({ code: "invalidArgument" }));
});
