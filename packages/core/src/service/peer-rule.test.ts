import { describe, expect, test } from "vitest";
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

test("letters that only look alike differ in a path", () => {
  expect(met(["image C:\\K\\a.exe"], { imagePath: "C:\\\u212a\\a.exe" })).toBe(false);
  expect(met(["image C:\\strasse.exe"], { imagePath: "C:\\stra\u00dfe.exe" })).toBe(false);
});

test("a value in quotation marks may be followed by more words", () => {
  expect(met([`image "${program}" sameUser`])).toBe(true);
  expect(met([`image "${program}" elevated`])).toBe(false);
});

describe("signer", () => {
  const why = (name: string, facts: Partial<PeerInfo>) =>
    unmetRules([parsePeerRule(`signer ${name}`)], { ...peer, ...facts });

  test("is met only by the name on the certificate", () => {
    expect(why("Contoso Ltd", { signer: "Contoso Ltd" })).toBeUndefined();
    expect(met(['signer "Contoso Ltd" sameUser'], { signer: "Contoso Ltd" })).toBe(true);
    for (const signer of ["contoso ltd", "Contoso Ltd.", "Contoso", "Contoso Ltd Fake", ""]) {
      expect(why("Contoso Ltd", { signer })).toBe(
        `signer Contoso Ltd (its program is signed by ${JSON.stringify(signer)})`,
      );
    }
  });

  test("is not met by a program without one, and the refusal says why", () => {
    const signatureError = "its program C:\\till.exe is not signed";
    expect(why("Contoso Ltd", { signatureError })).toBe(`signer Contoso Ltd (${signatureError})`);
  });

  test("is not met if the transport does not know", () => {
    expect(why("Contoso Ltd", {})).toBe("signer Contoso Ltd (the transport pipe does not know)");
  });

  test("is read only by a rule whose earlier words are met", () => {
    let asked = 0;
    const lazy = Object.defineProperty({ ...peer }, "signer", {
      get: () => {
        asked++;
        return "Contoso Ltd";
      },
    });
    const refused = ["sameUser", "elevated signer Contoso Ltd", "image C:\\other.exe"].map(parsePeerRule);
    expect(unmetRules(refused, lazy)).toBeUndefined();
    expect(unmetRules(refused.slice(1), lazy)).toContain("elevated: it is not");
    expect(asked).toBe(0);
    expect(unmetRules([parsePeerRule("sameUser signer Contoso Ltd")], lazy)).toBeUndefined();
    expect(asked).toBe(1);
  });
});

test("a refusal names the rule and the unmet word", () => {
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
