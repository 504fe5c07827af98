import type { Metric } from "../scenarios/scenario.js";

/** The headers of the report's columns. */
export const metricHeads: Readonly<Record<Metric, string>> = {
  p50Us: "p50 µs",
  meanUs: "mean µs",
  p99Us: "p99 µs",
  p999Us: "p99.9 µs",
  maxUs: "max µs",
  callsPerSecond: "calls/s",
  itemsPerSecond: "items/s",
  megabytesPerSecond: "MB/s",
  clientCpuUs: "client CPU µs each",
  serverCpuUs: "server CPU µs each",
  clientCpuPercent: "client CPU %",
  serverCpuPercent: "server CPU %",
  firstConnectMs: "first ms",
  connectMs: "later ones, median ms",
  maxConnectMs: "later ones, max ms",
};

/** Rates grow with speed, all other metrics shrink. */
export function growsWithSpeed(metric: Metric): boolean {
  return metric.endsWith("PerSecond");
}

/** Formats three digits, or whole numbers from 100 on. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function formatFactor(factor: number | undefined): string {
  return factor === undefined || !Number.isFinite(factor) ? "" : `${formatNumber(factor)}×`;
}

/**
 * Formats a Markdown table whose columns are aligned in the source as well; all but the first
 * `texts` hold numbers.
 */
export function markdownTable(rows: readonly (readonly string[])[], texts: number): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(4, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const [head = [], ...body] = rows.map((row) =>
    line(
      row.map((text, column) =>
        column < texts ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      ),
    ),
  );
  const rule = line(
    widths.map((width, column) => (column < texts ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)),
  );
  return [head, rule, ...body].join("\n");
}
