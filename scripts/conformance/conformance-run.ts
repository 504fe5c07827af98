/** One case over one transport, as a test run reported it. */
export interface Execution {
  readonly transport: string;
  /** Number of processes: client and server in one, or each in its own. */
  readonly processes: 1 | 2;
  readonly group: string;
  readonly name: string;
  readonly passed: boolean;
}

/** The conformance suite on one system, under one runtime. */
export interface ConformanceRun {
  /** The stage of `npm test` that ran it. */
  readonly stage: string;
  /** `Linux`, `Windows Node 22`… */
  readonly system: string;
  readonly executions: readonly Execution[];
}

/** Returns the transports of a run, in its order. */
export function transportsOf({
  executions,
}: ConformanceRun): readonly Pick<Execution, "transport" | "processes">[] {
  const found = new Map<string, Pick<Execution, "transport" | "processes">>();
  for (const { transport, processes } of executions)
    found.set(`${transport} ${processes}`, { transport, processes });
  return [...found.values()];
}

/** `12`, or `11 of 12`. */
export function passedOf(executions: readonly Execution[]): string {
  const passed = executions.filter((execution) => execution.passed).length;
  return passed === executions.length ? `${passed}` : `${passed} of ${executions.length}`;
}
