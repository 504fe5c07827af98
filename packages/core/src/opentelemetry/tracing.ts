import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import type { InterceptedCall, Interceptor } from "../interceptor/interceptor.js";
import { type CallOutcome, watchOutcome } from "../interceptor/watch-outcome.js";
import { isError } from "../runtime/brands.js";
import { readTraceContext, writeTraceContext } from "./trace-context.js";

/** Options for `tracing`. */
export interface TracingOptions {
  /** Makes the spans; the tracer `@crosspane/core` of the global provider by default. */
  readonly tracer?: Tracer;
}

const optionNames = { tracer: true } satisfies OptionNames<TracingOptions>;

/**
 * Makes a span of every call, at the client and at the server; the span of a stream lasts until it
 * ends. The server's is a child of the client's: the trace travels in the metadata `traceparent`
 * and `tracestate` (W3C Trace Context), and with the entries of the global propagator. The handler
 * runs inside the server's span, so calls that it makes belong to the same trace.
 */
export function tracing(options: TracingOptions = {}): Interceptor {
  assertOptions("tracing", options, optionNames);
  const tracer = options.tracer ?? trace.getTracer("@crosspane/core");
  return (call, next) => {
    const outer = call.side === "client" ? context.active() : receive(context.active(), call.metadata);
    const kind = call.side === "client" ? SpanKind.CLIENT : SpanKind.SERVER;
    const attributes = {
      "rpc.system": "crosspane",
      "rpc.service": call.service,
      "rpc.method": call.method,
      "crosspane.transport": call.peer.transport,
    };
    const span = tracer.startSpan(`${call.service}/${call.method}`, { kind, attributes }, outer);
    const inner = trace.setSpan(outer, span);
    const traced = call.side === "client" ? { ...call, metadata: send(inner, call) } : call;
    return context.with(inner, () => watchOutcome(traced, next, (outcome) => end(span, outcome)));
  };
}

function end(span: Span, { code, error }: CallOutcome): void {
  if (code !== "ok") {
    span.setAttribute("error.type", code);
    const message = isError(error) ? error.message : code;
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}

/** Returns the call's metadata with the trace added. */
function send(inner: Context, { metadata }: InterceptedCall): Readonly<Record<string, string>> {
  const carrier: Record<string, string> = { ...metadata };
  if (!knowsTraces()) Object.assign(carrier, writeTraceContext(trace.getSpanContext(inner)));
  propagation.inject(inner, carrier);
  return carrier;
}

/** Returns the context of the caller. */
function receive(outer: Context, metadata: Readonly<Record<string, string>>): Context {
  const extracted = propagation.extract(outer, metadata);
  const span = knowsTraces() ? undefined : readTraceContext(metadata);
  return span === undefined ? extracted : trace.setSpanContext(extracted, span);
}

/** True if the program's own propagator handles the entries. */
function knowsTraces(): boolean {
  return propagation.fields().includes("traceparent");
}
