import { changeText, loadText, overviewText, time } from "./format.js";
import type { View } from "./view.js";

/** Prints one line for each event, for files and pipes. */
export function plainView(print: (line: string) => void): View {
  return {
    overview: (overview) => print(`now    ${overviewText(overview)}`),
    load: (load) => print(`load   ${time(load.at)} ${loadText(load)}`),
    change: (change) => print(`file   ${time(change.at)} ${changeText(change)}`),
    note: (text) => print(`note   ${text}`),
  };
}
