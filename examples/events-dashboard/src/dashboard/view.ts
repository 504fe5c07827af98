import type { FileChange, Load, Overview } from "../monitor.service.js";

/** Where a dashboard shows what it hears. */
export interface View {
  overview(overview: Overview): void;
  load(load: Load): void;
  change(change: FileChange): void;
  /** What happened to the dashboard itself. */
  note(text: string): void;
}
