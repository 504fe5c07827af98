import { createTraceState, isSpanContextValid, type SpanContext } from "@opentelemetry/api";

/**
 * Entries of a call's metadata that carry a trace, named and written as the headers of W3C Trace
 * Context (https://www.w3.org/TR/trace-context/).
 */
export interface TraceEntries {
  traceparent?: string;
  tracestate?: string;
}

/** Version, trace id, parent id, flags; a later version may add more. */
const traceparentForm = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Returns the entries for the other side; none for an invalid span. */
export function writeTraceContext(span: SpanContext | undefined): TraceEntries {
  if (span === undefined || !isSpanContextValid(span)) return {};
  const flags = span.traceFlags.toString(16).padStart(2, "0");
  const traceparent = `00-${span.traceId}-${span.spanId}-${flags}`;
  const tracestate = span.traceState?.serialize() ?? "";
  return tracestate === "" ? { traceparent } : { traceparent, tracestate };
}

/**
 * Returns the span of the other side, or undefined if the metadata holds none or an invalid one.
 */
export function readTraceContext({ traceparent = "", tracestate }: TraceEntries): SpanContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", more] = traceparentForm.exec(traceparent) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return undefined;
  const span: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(span) ? span : undefined;
}
