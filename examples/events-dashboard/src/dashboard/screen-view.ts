import { stripVTControlCharacters, styleText } from "node:util";
import type { FileChange, Load, Overview } from "../monitor.service.js";
import { changeText, loadText, overviewText, time } from "./format.js";
import type { View } from "./view.js";

const bars = "▁▂▃▄▅▆▇█";
const lastLoads = 60;
const lastLines = 200;

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
}

/** One screen that is redrawn with each event. */
export class ScreenView implements View {
  readonly #screen: () => Screen;
  #overview: Overview | undefined;
  readonly #loads: Load[] = [];
  readonly #lines: string[] = [];

  constructor(screen: () => Screen) {
    this.#screen = screen;
  }

  overview(overview: Overview): void {
    this.#overview = overview;
    this.#draw();
  }

  load(load: Load): void {
    this.#loads.push(load);
    if (this.#loads.length > lastLoads) this.#loads.shift();
    this.#draw();
  }

  change(change: FileChange): void {
    this.#add(`${time(change.at)}  ${changeText(change)}`);
  }

  note(text: string): void {
    this.#add(styleText("yellow", text));
  }

  #add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > lastLines) this.#lines.shift();
    this.#draw();
  }

  #draw(): void {
    const { columns, rows, write } = this.#screen();
    const head = [
      this.#overview === undefined ? "" : styleText("bold", overviewText(this.#overview)),
      this.#loads.map(({ cpuPercent }) => bars[Math.min(Math.floor(cpuPercent / 12.5), 7)]).join(""),
      ...this.#loads.slice(-1).map(loadText),
      "",
    ];
    const foot = [styleText("dim", "p pauses and goes on, q quits")];
    const room = Math.max(rows - head.length - foot.length - 1, 0);
    const lines = [...head, ...(room === 0 ? [] : this.#lines.slice(-room)), ...foot];
    // It draws from the top, each line to its end, and nothing below. Clearing the screen first
    // would flicker.
    write(`\x1b[H${lines.map((line) => `${cut(line, columns)}\x1b[K\n`).join("")}\x1b[J`);
  }
}

function cut(line: string, columns: number): string {
  return stripVTControlCharacters(line).length <= columns
    ? line
    : stripVTControlCharacters(line).slice(0, columns);
}
