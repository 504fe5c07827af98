/** Short enough to look alive on a terminal. */
const FRAME_MS = 100;
/** Long enough for a log file. */
const LINE_MS = 10_000;
/** Work that takes less than this needs only its closing line. */
const FIRST_LINE_MS = 500;
const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/**
 * Shows on stderr that work is in progress, for how long, and its outcome. Standard output stays
 * the program's own.
 *
 * @param {string} title
 */
export function showBusy(title) {
  const startedAt = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  let note = "";
  let frame = 0;
  const seconds = () => (performance.now() - startedAt) / 1000;
  const draw = () => {
    const text = note === "" ? title : `${title}: ${note}`;
    if (!isTerminal) {
      process.stderr.write(`… ${text} (${seconds().toFixed(0)} s)\n`);
      return;
    }
    frame = (frame + 1) % FRAMES.length;
    const line = `${FRAMES[frame]} ${seconds().toFixed(0)} s  ${text}`;
    process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  };
  const timers = [setInterval(draw, isTerminal ? FRAME_MS : LINE_MS), setTimeout(draw, FIRST_LINE_MS)];
  for (const timer of timers) timer.unref();
  return {
    /** @param {string} text the current step */
    note(text) {
      note = text;
    },
    /** @param {boolean} isDone */
    end(isDone) {
      for (const timer of timers) clearInterval(timer);
      if (isTerminal) process.stderr.write("\r\x1b[2K");
      process.stderr.write(`${isDone ? "✓" : "✗"} ${title} (${seconds().toFixed(1)} s)\n`);
    },
  };
}
