/**
 * Options of `connect` to a server that exists, or is being started: a busy machine may delay its
 * answer for long.
 */
export const patient = { timeoutMs: 120_000 } as const;
