/** HRESULTs: https://learn.microsoft.com/windows/win32/com/com-error-codes-1 */
export const hresults = {
  ok: 0,
  unexpected: 0x8000ffff | 0,
  notImplemented: 0x80004001 | 0,
  noInterface: 0x80004002 | 0,
  noAggregation: 0x80040110 | 0,
  memberNotFound: 0x80020003 | 0,
  paramNotFound: 0x80020004 | 0,
  typeMismatch: 0x80020005 | 0,
  unknownName: 0x80020006 | 0,
  exception: 0x80020009 | 0,
  badParamCount: 0x8002000e | 0,
  /** The server's own errors, `FACILITY_ITF`: the number of the code is added. */
  firstOwn: 0x80040200 | 0,
} as const;

/** Failures of a call to an object whose process or apartment is gone. */
const goneCodes: ReadonlySet<number> = new Set([
  0x800706ba | 0, // RPC_S_SERVER_UNAVAILABLE
  0x800706be | 0, // RPC_S_CALL_FAILED
  0x800706bf | 0, // RPC_S_CALL_FAILED_DNE
  0x80010007 | 0, // RPC_E_SERVER_DIED
  0x80010012 | 0, // RPC_E_SERVER_DIED_DNE
  0x80010108 | 0, // RPC_E_DISCONNECTED
  0x800401fd | 0, // CO_E_OBJNOTCONNECTED
]);

/** True for the failure of a call to an object that no longer exists. */
export function isGone(hresult: number): boolean {
  return goneCodes.has(hresult);
}

/** Returns an HRESULT as Windows writes it: `0x80020005`. */
export function hresultText(hresult: number): string {
  return `0x${(hresult >>> 0).toString(16).padStart(8, "0")}`;
}

/** A failure of a COM function on a bridge's thread. */
export class ComFailure extends Error {
  readonly hresult: number;

  constructor(operation: string, hresult: number) {
    super(`${operation} failed with ${hresultText(hresult)}`);
    this.name = "ComFailure";
    this.hresult = hresult;
  }
}

/** @throws {ComFailure} */
export function assertOk(operation: string, hresult: number): void {
  if (hresult < 0) throw new ComFailure(operation, hresult);
}
