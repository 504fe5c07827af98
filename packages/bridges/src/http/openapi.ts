import { codes } from "@crosspane/core";
import type { BridgedMethod } from "./bridged-methods.js";
import { declaredErrorStatus } from "./error-json.js";
import { type JsonSchema, JsonSchemas } from "./json/json-schema.js";
import { inJson } from "./read-args.js";

/** Options for {@link openApiOf}. */
export interface OpenApiOptions {
  /** Address of the API, with the base path. */
  readonly url: string;
  readonly hasSecret: boolean;
}

/** Returns the OpenAPI 3.1 document of the methods of a bridge. */
export function openApiOf(methods: readonly BridgedMethod[], { url, hasSecret }: OpenApiOptions): object {
  const schemas = new JsonSchemas();
  const paths = Object.fromEntries(
    methods.map((method) => [method.path, { post: operationOf(method, schemas) }]),
  );
  const services = [...new Set(methods.map(({ service }) => service.definition.name))];
  return {
    openapi: "3.1.0",
    info: { title: services.join(", "), version: versionOf(methods) },
    servers: [{ url }],
    tags: services.map((name) => ({ name })),
    ...(hasSecret ? { security: [{ secret: [] }] } : {}),
    paths,
    components: {
      schemas: schemas.components,
      responses: { Error: errorResponse },
      parameters: { timeout },
      ...(hasSecret ? { securitySchemes: { secret: { type: "http", scheme: "bearer" } } } : {}),
    },
  };
}

function operationOf({ service, method, label, result }: BridgedMethod, schemas: JsonSchemas): object {
  const params = inJson(method.params);
  const body = argumentsSchema(params, schemas);
  return {
    operationId: label,
    tags: [service.definition.name],
    parameters: [{ $ref: "#/components/parameters/timeout" }],
    requestBody: { required: true, content: { "application/json": { schema: body } } },
    responses: {
      ...successOf(method.kind, schemas.of(result)),
      ...declaredErrors(method.errors ?? [], schemas),
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

/** Describes the form with names; the same arguments in an array are accepted too. */
function argumentsSchema(params: BridgedMethod["method"]["params"], schemas: JsonSchemas): JsonSchema {
  const single = params.filter(({ rest }) => !rest);
  const schema = schemas.objectOf(single) as { readonly properties: object };
  const rest = params.find((param) => param.rest);
  const properties = {
    ...schema.properties,
    ...(rest === undefined ? {} : { [rest.name]: { type: "array", items: schemas.of(rest.shape) } }),
  };
  return { ...schema, properties, additionalProperties: false };
}

function successOf(kind: BridgedMethod["method"]["kind"], schema: JsonSchema): object {
  switch (kind) {
    case "unary":
      return { 200: { description: "The result", content: { "application/json": { schema } } } };
    case "notify":
      return { 202: { description: "The call has begun", content: { "application/json": { schema } } } };
    case "stream": {
      const description =
        "Server-sent events: data has an item of this type; the event `end` follows the last one, the event `error` has an error";
      return { 200: { description, content: { "text/event-stream": { schema } } } };
    }
  }
}

function declaredErrors(
  errors: NonNullable<BridgedMethod["method"]["errors"]>,
  schemas: JsonSchemas,
): object {
  if (errors.length === 0) return {};
  const anyOf = errors.map(({ name, fields }) => ({
    type: "object",
    properties: { ...errorProperties, type: { const: name }, fields: schemas.of(fields) },
    required: ["code", "message", "type", "fields"],
  }));
  const content = { "application/json": { schema: anyOf.length === 1 ? anyOf[0] : { anyOf } } };
  return { [declaredErrorStatus]: { description: "An error that the contract declares", content } };
}

const errorProperties = {
  code: { enum: codes },
  message: { type: "string" },
  details: { description: "Data of the error, if it has any" },
} as const;

const errorResponse = {
  description: "An error",
  content: {
    "application/json": {
      schema: { type: "object", properties: errorProperties, required: ["code", "message"] },
    },
  },
} as const;

const timeout = {
  name: "Crosspane-Timeout-Ms",
  in: "header",
  description: "Milliseconds that the call may take",
  schema: { type: "integer", minimum: 0 },
} as const;

/** Returns a version that changes when the contract does. */
function versionOf(methods: readonly BridgedMethod[]): string {
  return [...new Set(methods.map(({ service }) => service.definition.fingerprint))].join("-");
}
