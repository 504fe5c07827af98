import { RpcError } from "../errors/rpc-error.js";
import type { ServiceImplementation } from "../service/service.js";
import { type Limits, leastMaxMessageBytes, maxLimit } from "../transport/limits.js";
import { encodeWhole } from "./encode-message.js";
import {
  type AnnouncedLimits,
  type Introduction,
  messageKinds,
  type OfferedMethod,
  type OfferedService,
  protocolMagic,
  protocolVersion,
} from "./message.js";

/** What a side tells of itself. */
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

/** The client's first message. */
export function encodeHello(introduction: Introduction): Uint8Array {
  return encodeWhole([messageKinds.hello, 0, protocolMagic, ...body(introduction)]);
}

/** The server's answer. */
export function encodeWelcome(introduction: Introduction): Uint8Array {
  return encodeWhole([messageKinds.welcome, 0, ...body(introduction)]);
}

/**
 * Reads the fields of a `hello` or `welcome`. Fields after the known ones are left to later versions.
 * @throws {RpcError} `internal` if they are not of the declared types.
 */
export function parseIntroduction(fields: readonly unknown[], kind: "hello" | "welcome"): Introduction {
  if (kind === "hello" && fields[2] !== protocolMagic)
    throw malformed(kind, `it does not say "${protocolMagic}"`);
  const [version, limits, services] = fields.slice(kind === "hello" ? 3 : 2);
  if (!Number.isInteger(version) || (version as number) < 1)
    throw malformed(kind, "its version is no whole number");
  if (!Array.isArray(services)) throw malformed(kind, "its services are no array");
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
  if (typeof value !== "object" || value === null) throw malformed(kind, "its limits are no map");
  const given = value as Record<string, unknown>;
  const limit = (name: keyof AnnouncedLimits, least: number): number => {
    const number = given[name];
    if (!Number.isInteger(number) || (number as number) < least || (number as number) > maxLimit) {
      throw malformed(kind, `its ${name} is no whole number from ${least} to ${maxLimit}`);
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
  return new RpcError("internal", `the peer sent a ${kind} that is none: ${what}`);
}
