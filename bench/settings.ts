/** Amounts and durations of a measurement. */
export interface Settings {
  /**
   * A cell is warm after this many small calls, many at a time, or at the latest after `maxMs`.
   * Then it is called as it will be measured for `settleMs`. One call after the other over a pipe
   * would take minutes until all code is compiled.
   */
  readonly warmUp: { readonly calls: number; readonly maxMs: number; readonly settleMs: number };
  /** Duration of the measurement of a cell. */
  readonly measureMs: number;
  /** Duration of the observation of idle connections. */
  readonly idleMs: number;
  readonly idleConnections: number;
  /** Connections that are opened and closed one after the other. */
  readonly connects: number;
  /** Fresh pairs of processes for each row. */
  readonly samples: number;
}

export const efforts = {
  full: {
    warmUp: { calls: 100_000, maxMs: 250, settleMs: 100 },
    measureMs: 350,
    idleMs: 1_500,
    idleConnections: 100,
    connects: 30,
    samples: 4,
  },
  quick: {
    warmUp: { calls: 20_000, maxMs: 80, settleMs: 20 },
    measureMs: 150,
    idleMs: 500,
    idleConnections: 100,
    connects: 10,
    samples: 1,
  },
  /** Shows that everything works; its figures mean nothing. */
  smoke: {
    warmUp: { calls: 50, maxMs: 5, settleMs: 1 },
    measureMs: 20,
    idleMs: 50,
    idleConnections: 3,
    connects: 2,
    samples: 1,
  },
} as const satisfies Readonly<Record<string, Settings>>;

export type Effort = keyof typeof efforts;
