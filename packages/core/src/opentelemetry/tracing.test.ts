import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  type ContextManager,
  context,
  createTraceState,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { callContext } from "../call/call-context.js";
import { RpcError } from "../errors/rpc-error.js";
import { type Jobs, openJobs } from "../test-support/jobs.js";
import { readTraceContext, writeTraceContext } from "./trace-context.js";
import { tracing } from "./tracing.js";

interface Recorded {
  readonly name: string;
  readonly kind: SpanKind | undefined;
  readonly attributes: Record<string, unknown>;
  readonly own: SpanContext;
  readonly parent: SpanContext | undefined;
  status: { readonly code: SpanStatusCode; readonly message?: string } | undefined;
  ended: number;
}

/** A tracer that remembers its spans. */
class Recorder implements Tracer {
  readonly spans: Recorded[] = [];

  startSpan(name: string, options: SpanOptions = {}, within: Context = context.active()): Span {
    const parent = trace.getSpanContext(within);
    const number = this.spans.length + 1;
    const own: SpanContext = {
      traceId: parent?.traceId ?? number.toString(16).padStart(32, "0"),
      spanId: number.toString(16).padStart(16, "0"),
      traceFlags: 1,
      ...(parent?.traceState === undefined ? {} : { traceState: parent.traceState }),
    };
    const { kind } = options;
    const span: Recorded = {
      name,
      kind,
      attributes: { ...options.attributes },
      own,
      parent,
      status: undefined,
      ended: 0,
    };
    this.spans.push(span);
    return {
      spanContext: () => own,
      setAttribute(key: string, value: unknown) {
        span.attributes[key] = value;
        return this;
      },
      setStatus(status: Recorded["status"]) {
        span.status = status;
        return this;
      },
      end: () => void span.ended++,
    } as unknown as Span;
  }

  startActiveSpan(): never {
    throw new Error("not used");
  }
}

class Contexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    within: Context,
    run: F,
    thisArg?: unknown,
    ...args: A
  ) {
    return this.#storage.run(within, () => run.apply(thisArg, args));
  }
  bind<T>(_: Context, target: T): T {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}

beforeAll(() => void context.setGlobalContextManager(new Contexts()));
afterAll(() => context.disable());
afterEach(() => propagation.disable());

async function open(jobs: Partial<Jobs> = {}) {
  const recorder = new Recorder();
  const interceptors = [tracing({ tracer: recorder })];
  const opened = await openJobs({ jobs, client: { interceptors }, server: { interceptors } });
  return { ...opened, spans: recorder.spans };
}

test("the server's span is a child of the client's", async () => {
  let metadata: unknown;
  const run = async () => {
    ({ metadata } = callContext());
    return "";
  };
  const { client, spans } = await open({ run });
  await client.run("a");
  const [made, carriedOut] = spans;
  expect(made).toMatchObject({
    name: "Jobs/run",
    kind: SpanKind.CLIENT,
    parent: undefined,
    ended: 1,
    status: undefined,
  });
  expect(carriedOut).toMatchObject({ name: "Jobs/run", kind: SpanKind.SERVER, ended: 1, status: undefined });
  expect(carriedOut?.parent).toMatchObject({
    traceId: made?.own.traceId,
    spanId: made?.own.spanId,
    isRemote: true,
  });
  expect(carriedOut?.attributes).toEqual({
    "rpc.system": "crosspane",
    "rpc.service": "Jobs",
    "rpc.method": "run",
    "crosspane.transport": "memory",
  });
  expect(metadata).toEqual({ traceparent: `00-${made?.own.traceId}-${made?.own.spanId}-01` });
});

test("a call that a handler makes belongs to the same trace, with its tracestate", async () => {
  const far = await open();
  const run = async () => far.client.run("b");
  const near = await open({ run });
  const parent = {
    traceId: "a".repeat(32),
    spanId: "b".repeat(16),
    traceFlags: 1,
    traceState: createTraceState("k=v"),
  };
  await context.with(trace.setSpanContext(ROOT_CONTEXT, parent), () => near.client.run("a"));
  const all = [...near.spans, ...far.spans];
  expect(all).toHaveLength(4);
  for (const { own } of all) expect(own.traceId).toBe(parent.traceId);
  expect(all.map((span) => span.parent?.spanId)).toEqual([
    parent.spanId,
    near.spans[0]?.own.spanId,
    near.spans[1]?.own.spanId,
    far.spans[0]?.own.spanId,
  ]);
  expect(all[3]?.own.traceState?.serialize()).toBe("k=v");
});

test("a failure sets the status of the span", async () => {
  const run = async () => {
    throw new RpcError("notFound", "no such job");
  };
  const { client, spans } = await open({ run });
  await expect(client.run("a")).rejects.toThrow();
  for (const span of spans) {
    expect(span).toMatchObject({ ended: 1, status: { code: SpanStatusCode.ERROR, message: "no such job" } });
    expect(span.attributes["error.type"]).toBe("notFound");
  }
});

test("the spans of a stream end when it ends", async () => {
  const { client, spans } = await open();
  const ended: number[] = [];
  for await (const _ of client.watch("ab")) ended.push(spans[0]?.ended ?? -1);
  expect(ended).toEqual([0, 0]);
  expect(spans.map((span) => span.ended)).toEqual([1, 1]);
});

test("one-way calls have spans", async () => {
  const { client, spans } = await open();
  client.note("a");
  await expect
    .poll(() => spans.map(({ kind, ended }) => [kind, ended]))
    .toEqual([
      [SpanKind.CLIENT, 1],
      [SpanKind.SERVER, 1],
    ]);
});

test("the program's own propagator is used if it knows traces", async () => {
  const own: TextMapPropagator = {
    fields: () => ["traceparent", "baggage"],
    inject: (within, carrier, setter) => {
      setter.set(carrier, "traceparent", "its own");
      setter.set(carrier, "baggage", trace.getSpanContext(within)?.spanId ?? "");
    },
    extract: (within, carrier, getter) => {
      const spanId = getter.get(carrier, "baggage") as string;
      return trace.setSpanContext(within, { traceId: "c".repeat(32), spanId, traceFlags: 1 });
    },
  };
  propagation.setGlobalPropagator(own);
  const { client, spans } = await open();
  await client.run("a");
  expect(spans[1]?.parent).toMatchObject({ traceId: "c".repeat(32), spanId: spans[0]?.own.spanId });
});

test("without a provider calls work, and no trace travels", async () => {
  let metadata: unknown;
  const run = async () => {
    ({ metadata } = callContext());
    return "";
  };
  const { client } = await openJobs({
    jobs: { run },
    client: { interceptors: [tracing()] },
    server: { interceptors: [tracing()] },
  });
  await client.run("a");
  expect(metadata).toEqual({});
});

test("a call without a trace starts one at the server", async () => {
  const recorder = new Recorder();
  const { client } = await openJobs({ server: { interceptors: [tracing({ tracer: recorder })] } });
  await client.run("a");
  expect(recorder.spans).toMatchObject([{ kind: SpanKind.SERVER, parent: undefined, ended: 1 }]);
});

describe("traceparent", () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const spanId = "b7ad6b7169203331";

  test.each([
    [`00-${traceId}-${spanId}-01`, 1],
    [`00-${traceId}-${spanId}-00`, 0],
    [`cc-${traceId}-${spanId}-01-what-later-versions-add`, 1],
  ])("%s is read", (traceparent, traceFlags) => {
    expect(readTraceContext({ traceparent })).toEqual({ traceId, spanId, traceFlags, isRemote: true });
  });

  test.each([
    "",
    "text",
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId}-${spanId}`,
  ])("%o is none", (traceparent) => {
    expect(readTraceContext({ traceparent })).toBeUndefined();
  });

  test("written entries can be read", () => {
    const span: SpanContext = { traceId, spanId, traceFlags: 1, traceState: createTraceState("a=1,b=2") };
    const entries = writeTraceContext(span);
    expect(entries).toEqual({ traceparent: `00-${traceId}-${spanId}-01`, tracestate: "a=1,b=2" });
    expect(readTraceContext(entries)?.traceState?.serialize()).toBe("a=1,b=2");
    expect(writeTraceContext(undefined)).toEqual({});
  });
});
