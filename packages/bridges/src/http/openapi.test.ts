import { expect, test } from "vitest";
import { Depot } from "../test-support/depot.crosspane.js";
import { createDepot } from "../test-support/depot.js";
import { send } from "../test-support/request.js";
import { http } from "./index.js";

type Json = Readonly<Record<string, unknown>>;

/** Returns the document of a bridge of the depot. */
async function documentOf(options: { readonly secret?: string } = {}): Promise<Json> {
  await using bridge = await http({ services: [createDepot().depot], ...options });
  const headers = options.secret === undefined ? {} : { authorization: `Bearer ${options.secret}` };
  const { status, json } = await send(`${bridge.url}/openapi.json`, { method: "GET", headers });
  expect(status).toBe(200);
  return json as Json;
}

test("describes each method by its types", async () => {
  const document = await documentOf();
  expect(document).toMatchObject({
    openapi: "3.1.0",
    info: { title: "Depot", version: Depot.definition.fingerprint },
  });
  const paths = document["paths"] as Record<string, { post: Json }>;
  expect(Object.keys(paths)).toEqual(Depot.definition.methods.map(({ name }) => `/Depot/${name}`));
  expect(paths["/Depot/greet"]?.post).toMatchObject({
    operationId: "Depot.greet",
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: {
            type: "object",
            properties: { name: { type: "string" }, times: { type: "number" } },
            required: ["name"],
            additionalProperties: false,
          },
        },
      },
    },
    responses: { 200: { content: { "application/json": { schema: { type: "string" } } } } },
  });
  // A signal among the parameters is not a part of the body.
  expect(paths["/Depot/hang"]?.post).toMatchObject({
    requestBody: { content: { "application/json": { schema: { properties: {} } } } },
  });
  expect(paths["/Depot/sum"]?.post).toMatchObject({
    requestBody: {
      content: {
        "application/json": {
          schema: { properties: { numbers: { type: "array", items: { type: "number" } } } },
        },
      },
    },
  });
  expect(paths["/Depot/log"]?.post).toMatchObject({ responses: { 202: {} } });
  expect(paths["/Depot/count"]?.post).toMatchObject({
    responses: { 200: { content: { "text/event-stream": { schema: { type: "number" } } } } },
  });
  expect(paths["/Depot/take"]?.post).toMatchObject({
    responses: {
      422: {
        content: { "application/json": { schema: { properties: { type: { const: "OutOfStock" } } } } },
      },
    },
  });
  const { schemas } = document["components"] as { readonly schemas: Json };
  expect(Object.keys(schemas).sort()).toEqual(["Barrel", "Crate", "OutOfStock", "Part"]);
  expect(schemas["Part"]).toMatchObject({
    properties: {
      weight: { type: "string" },
      added: { format: "date-time" },
      parts: { items: { $ref: "#/components/schemas/Part" } },
    },
    required: ["sku", "weight", "added", "tags", "prices", "parts"],
  });
});

test("has the structure that OpenAPI 3.1 demands", async () => {
  const document = await documentOf({ secret: "s" });
  for (const reference of referencesIn(document)) {
    let target: unknown = document;
    for (const step of reference.replace(/^#\//, "").split("/")) target = (target as Json)[step];
    expect(target, reference).toBeTypeOf("object");
  }
  const ids = new Set<unknown>();
  for (const [path, item] of Object.entries(document["paths"] as Record<string, { post: Json }>)) {
    expect(path).toMatch(/^\//);
    expect(ids.has(item.post["operationId"])).toBe(false);
    ids.add(item.post["operationId"]);
    for (const [status, response] of Object.entries(item.post["responses"] as Record<string, Json>)) {
      expect(status).toMatch(/^([1-5]\d\d|default)$/);
      expect("$ref" in response || typeof response["description"] === "string").toBe(true);
    }
  }
  const { schemas, securitySchemes } = document["components"] as {
    readonly schemas: Json;
    readonly securitySchemes: Json;
  };
  for (const name of Object.keys(schemas)) expect(name).toMatch(/^[a-zA-Z0-9._-]+$/);
  expect(document["security"]).toEqual([{ secret: [] }]);
  expect(securitySchemes).toEqual({ secret: { type: "http", scheme: "bearer" } });
});

function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = (value as Json)["$ref"];
  return [...(typeof own === "string" ? [own] : []), ...Object.values(value).flatMap(referencesIn)];
}
