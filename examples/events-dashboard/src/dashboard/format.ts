import type { FileChange, Load, Overview } from "../monitor.service.js";

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function time(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

export function loadText({ cpuPercent, freeBytes, totalBytes, serverBytes }: Load): string {
  return `cpu ${cpuPercent} %, ${bytes(freeBytes)} of ${bytes(totalBytes)} free, server ${bytes(serverBytes)}`;
}

export function overviewText({ host, system, processId, folder, fileCount, byteCount }: Overview): string {
  return `${host} (${system}), process ${processId}: ${folder}, ${fileCount} files, ${bytes(byteCount)}`;
}

export function changeText({ kind, path, byteCount }: FileChange): string {
  const sign = { added: "+", changed: "~", removed: "-" }[kind];
  return `${sign} ${path} (${bytes(byteCount)})`;
}
