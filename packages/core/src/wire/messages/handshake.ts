import { RpcError } from "../../errors/rpc-error.js";
import type { ServiceImplementation } from "../../service/service.js";
import { type Limits, leastMaxMessageBytes, maxLimit } from "../../transport/limits.js";
import { encodeWhole, fixarray } from "../encode.js";
import type { MessageFormat } from "./format.js";

/** The newest version of the protocol that this library speaks. */
export const protocolVersion = 1;

/** Mark of a hello, which distinguishes it from a stray HTTP request. */
export const protocolMagic = "crosspane";

/** Limits of one side that the other side must respect. */
export interface AnnouncedLimits {
  readonly maxMessageBytes: number;
  readonly maxCallsInFlight: number;
  readonly maxNesting: number;
  readonly maxElements: number;
  /** True if the side accepts calls on the results of other calls. */
  readonly pipelining?: boolean;
}

/** A method of an offered service. Its index in the list is its number. */
export interface OfferedMethod {
  readonly name: string;
  readonly oneWay: boolean;
  readonly fingerprint: string;
}

/** A service that a side offers. Its index in the list is its number. */
export interface OfferedService {
  readonly name: string;
  readonly fingerprint: string;
  readonly methods: readonly OfferedMethod[];
}

/** The body of `hello` and `welcome`. */
export interface Introduction {
  readonly version: number;
  readonly limits: AnnouncedLimits;
  readonly services: readonly OfferedService[];
}

/** The first message, from the side that has dialed. */
export interface HelloMessage extends Introduction {
  readonly kind: "hello";
}

/** The answer to a hello. */
export interface WelcomeMessage extends Introduction {
  readonly kind: "welcome";
}

/** The messages that open a connection. */
export type HandshakeMessages = HelloMessage | WelcomeMessage;

export const helloFormat = {
  number: 0,
  parse(reader) {
    reader.uint();
    return { kind: "hello", ...parseIntroduction(reader.decodeFields(), "hello") };
  },
} as const satisfies MessageFormat<HelloMessage>;

export const welcomeFormat = {
  number: 1,
  parse(reader) {
    reader.uint();
    return { kind: "welcome", ...parseIntroduction(reader.decodeFields(), "welcome") };
  },
} as const satisfies MessageFormat<WelcomeMessage>;

/** Returns the introduction of this side. */
export function introduce(limits: Limits, services: readonly ServiceImplementation[]): Introduction {
  const { maxMessageBytes, maxCallsInFlight, maxNesting, maxElements } = limits;
  return {
    version: protocolVersion,
    limits: { maxMessageBytes, maxCallsInFlight, maxNesting, maxElements, pipelining: true },
    services: services.map(({ definition: { name, fingerprint, methods } }) => ({
      name,
      fingerprint,
      methods: methods.map(({ name, kind, fingerprint }) => ({
        name,
        oneWay: kind === "notify",
        fingerprint,
      })),
    })),
  };
}

export function encodeHello(introduction: Introduction): Uint8Array {
  return encodeWhole([helloFormat.number, 0, protocolMagic, ...body(introduction)]);
}

const mark = new TextEncoder().encode(protocolMagic);

/** Returns true if a message begins as a `hello` does. Nothing is decoded. */
export function isHello(bytes: Uint8Array): boolean {
  const [array = 0, kind, reserved, text] = bytes;
  return (
    (array & 0xf0) === fixarray &&
    kind === helloFormat.number &&
    reserved === 0 &&
    text === (0xa0 | mark.length) &&
    mark.every((byte, index) => bytes[4 + index] === byte)
  );
}

export function encodeWelcome(introduction: Introduction): Uint8Array {
  return encodeWhole([welcomeFormat.number, 0, ...body(introduction)]);
}

/**
 * Reads the fields of a `hello` or `welcome`. It ignores fields after the known ones, which later
 * versions may add.
 * @throws {RpcError} `internal` if they are not of the declared types.
 */
function parseIntroduction(fields: readonly unknown[], kind: "hello" | "welcome"): Introduction {
  if (kind === "hello" && fields[2] !== protocolMagic)
    throw malformed(kind, `it does not say "${protocolMagic}"`);
  const [version, limits, services] = fields.slice(kind === "hello" ? 3 : 2);
  if (!Number.isInteger(version) || (version as number) < 1)
    throw malformed(kind, "its version is not a whole number");
  if (!Array.isArray(services)) throw malformed(kind, "its services are not an array");
  return {
    version: version as number,
    limits: parseLimits(limits, kind),
    services: services.map((service) => parseService(service, kind)),
  };
}

function body({ version, limits, services }: Introduction): unknown[] {
  return [
    version,
    limits,
    services.map(({ name, fingerprint, methods }) => [
      name,
      fingerprint,
      methods.map((method) => [method.name, method.oneWay, method.fingerprint]),
    ]),
  ];
}

function parseLimits(value: unknown, kind: string): AnnouncedLimits {
  if (typeof value !== "object" || value === null) throw malformed(kind, "its limits are not a map");
  const given = value as Record<string, unknown>;
  const limit = (name: keyof AnnouncedLimits, least: number): number => {
    const number = given[name];
    if (!Number.isInteger(number) || (number as number) < least || (number as number) > maxLimit) {
      throw malformed(kind, `its ${name} is not a whole number from ${least} to ${maxLimit}`);
    }
    return number as number;
  };
  return {
    maxMessageBytes: limit("maxMessageBytes", leastMaxMessageBytes),
    maxCallsInFlight: limit("maxCallsInFlight", 1),
    maxNesting: limit("maxNesting", 1),
    maxElements: limit("maxElements", 1),
    ...(given["pipelining"] === true && { pipelining: true }),
  };
}

function parseService(value: unknown, kind: string): OfferedService {
  const [name, fingerprint, methods] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof name !== "string" || typeof fingerprint !== "string" || !Array.isArray(methods)) {
    throw malformed(kind, "a service in it is not [name, fingerprint, methods]");
  }
  return { name, fingerprint, methods: methods.map((method) => parseMethod(method, kind)) };
}

function parseMethod(value: unknown, kind: string): OfferedMethod {
  const [name, oneWay, fingerprint] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof name !== "string" || typeof oneWay !== "boolean" || typeof fingerprint !== "string") {
    throw malformed(kind, "a method in it is not [name, one-way, fingerprint]");
  }
  return { name, oneWay, fingerprint };
}

function malformed(kind: string, what: string): RpcError {
  return new RpcError("internal", `the peer sent an invalid ${kind}: ${what}`);
}
