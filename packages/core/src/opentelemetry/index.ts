/**
 * Spans for every call, with the API of OpenTelemetry. Needs the package `@opentelemetry/api`,
 * which core itself does not.
 */

export { type TracingOptions, tracing } from "./tracing.js";
