/** Options of `connect` to a server that is there, or is being started: a busy machine may keep it from answering for long. */
export const patient = { timeoutMs: 120_000 } as const;
