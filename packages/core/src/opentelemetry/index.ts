/**
 * Spans for every call, with the API of OpenTelemetry. Needs the package `@opentelemetry/api`,
 * which core itself does not.
 * @category Tests and traces
 * @packageDocumentation
 */

export { type TracingOptions, tracing } from "./tracing.js";
