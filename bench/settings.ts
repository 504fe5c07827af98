/** How much is measured, and for how long. */
export interface Settings {
  /** A cell is warm after this many calls and this time, or at the latest after `maxMs`. */
  readonly warmUp: { readonly calls: number; readonly minMs: number; readonly maxMs: number };
  /** How long each cell is measured. */
  readonly measureMs: number;
  /** How long idle connections are watched. */
  readonly idleMs: number;
  readonly idleConnections: number;
  /** Connections that are made and closed one after the other. */
  readonly connects: number;
  /** Fresh pairs of processes for each row. */
  readonly samples: number;
}

export const efforts = {
  full: {
    warmUp: { calls: 100_000, minMs: 200, maxMs: 500 },
    measureMs: 500,
    idleMs: 2_000,
    idleConnections: 100,
    connects: 30,
    samples: 3,
  },
  quick: {
    warmUp: { calls: 5_000, minMs: 50, maxMs: 100 },
    measureMs: 150,
    idleMs: 500,
    idleConnections: 100,
    connects: 10,
    samples: 1,
  },
  /** Shows that everything works; its figures mean nothing. */
  smoke: {
    warmUp: { calls: 50, minMs: 1, maxMs: 5 },
    measureMs: 20,
    idleMs: 50,
    idleConnections: 3,
    connects: 2,
    samples: 1,
  },
} as const satisfies Readonly<Record<string, Settings>>;

export type Effort = keyof typeof efforts;
