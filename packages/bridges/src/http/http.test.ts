import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect as connectSocket, type Socket } from "node:net";
import { codes } from "@crosspane/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Live } from "../test-support/depot.crosspane.js";
import { createDepot } from "../test-support/depot.js";
import { begin, send, type TestRequest } from "../test-support/request.js";
import { type HttpBridge, type HttpOptions, http, httpHandler, httpStatus } from "./index.js";

const part = {
  sku: "42",
  weight: "12345678901234567890",
  added: "2026-01-31T12:00:00.000Z",
  photo: "AP8K",
  tags: ["new"],
  prices: [["EUR", 1.5]],
  parts: [],
};

let bridge: HttpBridge;
let record: ReturnType<typeof createDepot>["record"];
let reports: unknown[];

async function start(options: Partial<HttpOptions> = {}): Promise<void> {
  const made = createDepot();
  record = made.record;
  reports = [];
  bridge = await http({ services: [made.depot], onError: ({ error }) => reports.push(error), ...options });
}

async function restart(options: Partial<HttpOptions>): Promise<void> {
  await bridge.close();
  await start(options);
}

beforeEach(() => start());
afterEach(() => bridge.close());

const call = (method: string, body: unknown, headers: Record<string, string> = {}) =>
  send(`${bridge.url}/Depot/${method}`, { body, headers });

/** Sends a request by hand, which need not be complete, and returns the beginning of the answer. */
async function sendRaw(header: string, body: string | readonly number[]): Promise<string> {
  const socket = await openRaw(header, body);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return answer.toString();
}

/** Sends a request by hand, which need not be complete. */
async function openRaw(header: string, body: string | readonly number[]): Promise<Socket> {
  const socket = connectSocket(Number(new URL(bridge.url).port), "127.0.0.1");
  const head = "POST /Depot/greet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
  socket.write(`${head}\r\n${header}\r\n\r\n`);
  socket.write(typeof body === "string" ? body : Uint8Array.from(body));
  await once(socket, "connect");
  return socket;
}

describe("calls", () => {
  test("take their arguments by name or in order", async () => {
    const answer = await call("greet", { name: "you", times: 2 });
    expect(answer).toMatchObject({ status: 200, json: "Hello you. Hello you." });
    expect(answer.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
    });
    expect((await call("greet", ["you"])).json).toBe("Hello you.");
    expect((await call("greet", ["you", null])).json).toBe("Hello you.");
    expect((await call("sum", [1, 2, 3])).json).toBe(6);
    expect((await call("sum", { numbers: [1, 2] })).json).toBe(3);
    expect((await call("sum", {})).json).toBe(0);
  });

  test("carry values in their JSON form, nested ones too", async () => {
    const nested = { ...part, parts: [{ ...part, photo: undefined }] };
    const answer = await call("mirror", { part: nested });
    expect(answer.json).toEqual(JSON.parse(JSON.stringify(nested)));
    const barrel = { kind: "barrel", filled: part.added };
    expect((await call("pack", [barrel])).json).toEqual(barrel);
    expect((await call("find", ["1"])).json).toBeNull();
  });

  test("carry metadata and a deadline in headers", async () => {
    const { json } = await call("metadata", [], { "Crosspane-Metadata-Trace": "a1", "X-Other": "b" });
    expect(json).toEqual({ trace: "a1" });
    expect((await call("remaining", [])).json).toEqual({ $number: "Infinity" });
    const remaining = (await call("remaining", [], { "Crosspane-Timeout-Ms": "50000" })).json;
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(50_000);
    const late = await call("hang", [], { "Crosspane-Timeout-Ms": "20" });
    expect(late).toMatchObject({ status: 504, json: { code: "deadlineExceeded" } });
    await vi.waitFor(() => expect(record.cancelled).toBe(1));
  });

  test("of a one-way method are answered when they have begun", async () => {
    expect(await call("log", ["a"])).toMatchObject({ status: 202, json: null });
    expect(record.logged).toEqual(["a"]);
  });

  test("are cancelled when the client disconnects, through a signal among the arguments too", async () => {
    const request = begin(`${bridge.url}/Depot/hang`, { body: {} });
    request.on("error", () => {});
    await vi.waitFor(() => expect(record.hanging).toBe(1));
    request.destroy();
    await vi.waitFor(() => expect(record).toMatchObject({ hanging: 0, cancelled: 1 }));
  });

  test("of two clients run at once", async () => {
    const hanging = begin(`${bridge.url}/Depot/hang`, { body: [] });
    hanging.on("error", () => {});
    await vi.waitFor(() => expect(record.hanging).toBe(1));
    const answers = await Promise.all([1, 2, 3].map((n) => call("sum", [n, n])));
    expect(answers.map(({ json }) => json)).toEqual([2, 4, 6]);
    hanging.destroy();
    await vi.waitFor(() => expect(record.hanging).toBe(0));
  });
});

describe("errors", () => {
  test.each<[string, unknown, string]>([
    ["greet", { name: 7 }, "Depot.greet: name: expected string, got number"],
    ["greet", {}, "Depot.greet: name: expected a value, got nothing"],
    [
      "greet",
      { name: "a", tiems: 2 },
      'Depot.greet: expected arguments of the names name, times, got "tiems"',
    ],
    ["greet", ["a", 1, 2], "Depot.greet: expected at most 2 arguments (name, times), got 3"],
    ["greet", "7", "Depot.greet: expected an object or an array of the arguments, got number"],
    [
      "mirror",
      { part: { ...part, parts: [{ ...part, added: "now" }] } },
      'Depot.mirror: part.parts[0].added: expected a time such as "2026-01-31T12:00:00Z", got string',
    ],
    ["sum", [1, "2"], "Depot.sum: numbers[1]: expected number, got string"],
  ])("%s of wrong arguments %j name the place", async (method, body, message) => {
    expect(await call(method, body)).toMatchObject({
      status: 400,
      json: { code: "invalidArgument", message },
    });
  });

  test.each(codes)("of the code %s have their status and details", async (code) => {
    const answer = await call("fail", [code]);
    expect(answer).toMatchObject({
      status: httpStatus[code],
      json: { code, message: "as asked", details: { since: { $date: "1970-01-01T00:00:00.000Z" } } },
    });
  });

  test("that the contract declares have their fields", async () => {
    const answer = await call("take", ["42"]);
    expect(answer.status).toBe(422);
    expect(answer.json).toEqual({
      code: "unknown",
      message: "42 is out of stock",
      type: "OutOfStock",
      fields: { sku: "42", expected: "1970-01-01T00:00:00.000Z" },
    });
  });

  test("in a header name it", async () => {
    const { status, json } = await call("hang", [], { "Crosspane-Timeout-Ms": "x" });
    expect(status).toBe(400);
    expect(json).toMatchObject({ message: expect.stringContaining("crosspane-timeout-ms") });
  });

  test("rules about peers are not met by what this process is", async () => {
    const { status, json } = await call("restricted", []);
    expect(status).toBe(403);
    expect(json).toMatchObject({
      code: "permissionDenied",
      message: expect.stringContaining("the transport http does not know"),
    });
  });
});

describe("refuses", () => {
  test.each<[number, string, TestRequest]>([
    [404, "/Depot/nothing", { body: [] }],
    [404, "/", { body: [] }],
    [405, "/Depot/greet", { method: "GET" }],
    [405, "/openapi.json", { body: [] }],
    [415, "/Depot/greet", { body: '["a"]', headers: { "content-type": "text/plain" } }],
    [
      415,
      "/Depot/greet",
      { body: "name=a", headers: { "content-type": "application/x-www-form-urlencoded" } },
    ],
    [415, "/Depot/greet", { method: "POST" }],
    [415, "/Depot/greet", { body: "x", headers: { "content-encoding": "gzip" } }],
    [400, "/Depot/greet", { body: '["a"' }],
    [413, "/Depot/greet", { body: JSON.stringify(["a".repeat(1024 * 1024)]) }],
    [403, "/Depot/greet", { body: ["a"], headers: { host: "evil.example" } }],
    [403, "/Depot/greet", { body: ["a"], headers: { host: "127.0.0.1.evil.example:80" } }],
    [403, "/Depot/greet", { body: ["a"], headers: { origin: "http://evil.example" } }],
    [403, "/Depot/greet", { body: ["a"], headers: { origin: "null" } }],
    [403, "/Depot/greet", { method: "OPTIONS", headers: { origin: "http://evil.example" } }],
  ])("with %i: %s (%#)", async (status, path, options) => {
    const answer = await send(bridge.url + path, options);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ code: expect.any(String), message: expect.any(String) });
    expect((await call("greet", ["a"])).status).toBe(200);
  });

  test("bytes that are not UTF-8", async () => {
    const answer = await sendRaw("Content-Length: 5", [0x5b, 0x22, 0xff, 0x22, 0x5d]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("a chunked body when it passes the limit, and cuts off one that goes on", async () => {
    await restart({ maxBodyBytes: 1_000 });
    const socket = await openRaw("Transfer-Encoding: chunked", `400\r\n${"x".repeat(1024)}\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    await once(
      socket.on("error", () => {}),
      "close",
    );
  });

  test("a body that does not arrive in time", async () => {
    await restart({ bodyTimeoutMs: 50 });
    expect(await sendRaw("Content-Length: 5", "[")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("more requests than it answers at once", async () => {
    await restart({ maxRequests: 1 });
    const hanging = begin(`${bridge.url}/Depot/hang`, { body: [] });
    hanging.on("error", () => {});
    await vi.waitFor(() => expect(record.hanging).toBe(1));
    const answer = await call("greet", ["a"]);
    expect(answer).toMatchObject({ status: 429, json: { code: "resourceExhausted" } });
    expect(answer.headers["retry-after"]).toBe("1");
    hanging.destroy();
    await vi.waitFor(async () => expect((await call("greet", ["a"])).status).toBe(200));
  });

  test("requests without the secret", async () => {
    await restart({ secret: "open sesame" });
    for (const authorization of ["", "Bearer", "Bearer open", "Bearer open sesame ", "Basic open sesame"]) {
      const answer = await call("greet", ["a"], { authorization });
      // Node's parser trims the end of a header.
      const isRight = authorization.trim() === "Bearer open sesame";
      expect(answer.status).toBe(isRight ? 200 : 401);
      if (!isRight) expect(answer.headers["www-authenticate"]).toBe("Bearer");
    }
    expect((await send(`${bridge.url}/openapi.json`, { method: "GET" })).status).toBe(401);
  });
});

describe("pages", () => {
  test("of the same server may call", async () => {
    const origin = new URL(bridge.url).origin;
    expect((await call("greet", ["a"], { origin })).status).toBe(200);
  });

  test("of an allowed origin are answered with what their browser asks for", async () => {
    const origin = "http://localhost:5173";
    await restart({ allowedOrigins: [origin], secret: "s" });
    const asked = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    };
    const preflight = await send(`${bridge.url}/Depot/greet`, { method: "OPTIONS", headers: asked });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "content-type",
    });
    const answer = await call("greet", ["a"], { origin, authorization: "Bearer s" });
    expect(answer.headers).toMatchObject({ "access-control-allow-origin": origin, vary: "Origin" });
    expect(answer.json).toBe("Hello a.");
  });
});

describe("streams", () => {
  test("are server-sent events with an end", async () => {
    const answer = await call("count", [2]);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(answer.text).toBe("data: 1\n\ndata: 2\n\nevent: end\ndata: null\n\n");
    expect((await call("count", [0])).text).toBe("event: end\ndata: null\n\n");
  });

  test("report an error after items as an event, and one before them by the status", async () => {
    const { text } = await call("count", [3]);
    expect(text).toMatch(
      /data: 3\n\nevent: error\ndata: \{"code":"dataLoss","message":"three is lost"\}\n\n$/,
    );
    expect(await call("count", [-1])).toMatchObject({ status: 400, json: { code: "outOfRange" } });
    expect(await call("count", ["x"])).toMatchObject({ status: 400, json: { code: "invalidArgument" } });
  });

  test("wait for a slow reader, and end when it is gone", async () => {
    const request = begin(`${bridge.url}/Depot/flood`, { body: [64 * 1024] });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.on("error", () => {});
    response.pause();
    let before = -1;
    // Nothing more is sent once all buffers on the way are full.
    await vi.waitFor(
      () => {
        const now = record.sent;
        const isFull = now === before;
        before = now;
        expect(isFull).toBe(true);
      },
      { timeout: 30_000, interval: 200 },
    );
    const full = record.sent;
    expect(full).toBeLessThan(1_000);
    response.resume();
    await vi.waitFor(() => expect(record.sent).toBeGreaterThan(full + 50), { timeout: 30_000 });
    response.destroy();
    await vi.waitFor(() => expect(record.cancelled).toBe(1), { timeout: 30_000 });
  });

  test("without items begin with a comment, and end when the client is gone", async () => {
    await restart({ keepAliveMs: 30 });
    const request = begin(`${bridge.url}/Depot/wait`, { body: [] });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.on("error", () => {});
    const [comment] = (await once(response, "data")) as [Buffer];
    expect(comment.toString()).toMatch(/^: \n\n/);
    expect(record.hanging).toBe(1);
    response.destroy();
    await vi.waitFor(() => expect(record.hanging).toBe(0));
  });
});

describe("closing", () => {
  test("lets calls finish, then ends those that do not", async () => {
    const hanging = call("hang", []);
    const waiting = begin(`${bridge.url}/Depot/wait`, { body: ["first"] });
    const [response] = (await once(waiting, "response")) as [IncomingMessage];
    let text = "";
    response.on("data", (chunk: Buffer) => {
      text += chunk;
    });
    await vi.waitFor(() => expect(record.hanging).toBe(2));
    await bridge.close({ drainMs: 50 });
    expect(await hanging).toMatchObject({ json: { code: "cancelled" } });
    await vi.waitFor(() =>
      expect(text).toMatch(/^data: "first"\n\nevent: error\ndata: \{"code":"cancelled"/),
    );
    expect(record).toMatchObject({ hanging: 0, cancelled: 2 });
    await expect(call("greet", ["a"])).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(reports).toEqual([]);
  });
});

describe("when it is made", () => {
  const making = (options: Partial<HttpOptions>) => http({ services: [createDepot().depot], ...options });
  const live = Live.implement({} as never);
  const liveWith = () =>
    Live.implement({
      ping: async () => "pong",
      watch: async () => undefined as never,
      upload: async () => 0,
      depot: async () => undefined as never,
    });

  test("names each method that JSON cannot say, and the reason", async () => {
    const message =
      "http: JSON cannot say these methods: leave them out with the option omit, or declare other types\n" +
      "- Live.watch: listener: a function travels by reference, and a request cannot be called back\n" +
      "- Live.watch: result: an object of Subscription travels by reference, and JSON holds only data\n" +
      "- Live.upload: lines: a stream travels only as the result of a method\n" +
      "- Live.depot: result: an object of Depot travels by reference, and JSON holds only data";
    await expect(http({ services: [live] })).rejects.toMatchObject({ code: "invalidArgument", message });
  });

  test("offers the rest of a service without the methods left out", async () => {
    await using some = await http({
      services: [liveWith()],
      omit: ["Live.watch", "Live.upload", "Live.depot"],
    });
    expect((await send(`${some.url}/Live/ping`, { body: [] })).json).toBe("pong");
    expect((await send(`${some.url}/Live/watch`, { body: [] })).status).toBe(404);
    await expect(http({ services: [liveWith()], omit: ["Live.pong"] })).rejects.toThrow("Live.pong");
  });

  test.each<[Partial<HttpOptions>, RegExp]>([
    [{ prot: 80 } as never, /unknown option prot; did you mean port\?/],
    [{ port: 70_000 }, /port must be/],
    [{ host: "0.0.0.0" }, /not a loopback address/],
    [{ host: "0.0.0.0", allowRemote: true }, /allowRemote needs a secret/],
    [{ secret: "" }, /must not be empty/],
    [{ basePath: "api" }, /basePath must begin/],
    [{ maxBodyBytes: 0 }, /maxBodyBytes must be/],
  ])("refuses the options %j", async (options, message) => {
    await expect(making(options)).rejects.toMatchObject({
      code: "invalidArgument",
      message: expect.stringMatching(message),
    });
  });

  test("says that the port is taken", async () => {
    const port = Number(new URL(bridge.url).port);
    await expect(making({ port })).rejects.toMatchObject({ code: "alreadyExists" });
  });
});

test("a handler answers below its base path in a server of the program", async () => {
  const { depot } = createDepot();
  await using handler = await httpHandler({ services: [depot], basePath: "/api" });
  const server = createServer((request, response) => {
    if (!handler.handle(request, response)) response.end("own");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect((await send(`${url}/`, { method: "GET" })).text).toBe("own");
  expect((await send(`${url}/apis/Depot/greet`, { body: ["a"] })).text).toBe("own");
  expect((await send(`${url}/api/Depot/greet`, { body: ["a"] })).json).toBe("Hello a.");
  const document = (await send(`${url}/api/openapi.json`, { method: "GET" })).json;
  expect(document).toMatchObject({ servers: [{ url: `${url}/api` }] });
  await handler.close();
  expect(await send(`${url}/api/Depot/greet`, { body: ["a"] })).toMatchObject({
    status: 503,
    json: { code: "unavailable" },
  });
  server.close();
  await once(server, "close");
});
