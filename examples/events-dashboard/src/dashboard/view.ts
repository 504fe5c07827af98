import type { FileChange, Load, Overview } from "../monitor.service.js";

/** The output of a dashboard. */
export interface View {
  overview(overview: Overview): void;
  load(load: Load): void;
  change(change: FileChange): void;
  /** Shows an event of the dashboard itself. */
  note(text: string): void;
}
