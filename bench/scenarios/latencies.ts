import { build } from "hdr-histogram-js";
import type { Measure } from "./scenario.js";

const maxCount = 1 << 22;
const longestNs = 0xffff_ffff;

/**
 * Records latencies of up to four seconds. Recording one is one store; they are counted afterwards.
 */
export class Latencies {
  readonly #ns = new Uint32Array(maxCount);
  #count = 0;

  get isFull(): boolean {
    return this.#count === maxCount;
  }

  add(ms: number): void {
    this.#ns[this.#count++] = Math.min(ms * 1e6, longestNs);
  }

  summary(): Measure["values"] {
    const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 2 * longestNs });
    let totalNs = 0;
    for (const ns of this.#ns.subarray(0, this.#count)) {
      totalNs += ns;
      histogram.recordValue(ns);
    }
    const us = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
    return {
      p50Us: us(50),
      meanUs: totalNs / this.#count / 1000,
      p99Us: us(99),
      p999Us: us(99.9),
      maxUs: histogram.maxValue / 1000,
    };
  }
}
