import { RpcError, type ServiceImplementation } from "@crosspane/core";
import { describeShape, type Method, type Shape } from "@crosspane/core/bridge";
import { type JsonObstacle, whyNotJson } from "./json/why-not-json.js";
import { inJson } from "./read-args.js";

/** A method that the bridge offers. */
export interface BridgedMethod {
  readonly service: ServiceImplementation;
  readonly method: Method;
  /** `Shop.greet` */
  readonly label: string;
  /** The path without the base path: `/Shop/greet`. */
  readonly path: string;
  /** The type of the result, or of the items of a stream. */
  readonly result: Shape;
}

/**
 * Returns the methods that a bridge offers.
 * @throws {RpcError} `invalidArgument` with each method that JSON cannot say and the reason, and
 * for an unknown name in `omit`.
 */
export function bridgedMethods(
  services: readonly ServiceImplementation[],
  omit: readonly string[],
): readonly BridgedMethod[] {
  const all = services.flatMap((service) =>
    service.definition.methods.map((method): BridgedMethod => {
      const { name } = service.definition;
      const result = itemOf(method);
      return { service, method, label: `${name}.${method.name}`, path: `/${name}/${method.name}`, result };
    }),
  );
  const unknown = omit.find((name) => all.every(({ label }) => label !== name));
  if (unknown !== undefined)
    throw new RpcError("invalidArgument", `http: omit has ${unknown}, which is not a method of the services`);
  const methods = all.filter(({ label }) => !omit.includes(label));
  const problems = methods.flatMap(problemsOf);
  if (problems.length === 0) return methods;
  const list = problems.map((problem) => `\n- ${problem}`).join("");
  throw new RpcError(
    "invalidArgument",
    `http: JSON cannot say these methods: leave them out with the option omit, or declare other types${list}`,
  );
}

function itemOf({ kind, result }: Method): Shape {
  const type = describeShape(result);
  return kind === "stream" && type.kind === "stream" ? type.item : result;
}

function problemsOf({ method, label, result }: BridgedMethod): readonly string[] {
  const places = [
    ...inJson(method.params).map(({ name, shape }) => [name, whyNotJson(shape)] as const),
    ["result", whyNotJson(result)] as const,
  ];
  return places.flatMap(([place, obstacle]) =>
    obstacle === undefined ? [] : [`${label}: ${describe(place, obstacle)}`],
  );
}

function describe(place: string, { path, reason }: JsonObstacle): string {
  return `${place}${path}: ${reason}`;
}
