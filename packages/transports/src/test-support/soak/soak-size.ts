/** Amount of work of a soak. */
export interface SoakSize {
  readonly calls: number;
  readonly connects: number;
  /** Number of clients at once. */
  readonly clients: number;
  readonly callsPerClient: number;
  /** Number of messages of 256 KiB that are offered to a paused reader. */
  readonly unreadMessages: number;
  /** Number of answers of 1 MiB that a client does not read. */
  readonly unreadAnswers: number;
  /** Bytes of a file that goes to the server and back. */
  readonly fileBytes: number;
}

export const fullSoak: SoakSize = {
  calls: 100_000,
  connects: 10_000,
  clients: 64,
  callsPerClient: 100,
  unreadMessages: 4096,
  unreadAnswers: 1024,
  fileBytes: 1024 * 1024 * 1024,
};

/** A short run of each part, in some ten seconds. */
export const shortSoak: SoakSize = {
  calls: 5_000,
  connects: 30,
  clients: 64,
  callsPerClient: 3,
  unreadMessages: 256,
  unreadAnswers: 64,
  fileBytes: 128 * 1024 * 1024,
};
