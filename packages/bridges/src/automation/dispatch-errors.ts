/** A call that an object does not accept as it was made. */
export class DispatchError extends Error {
  readonly hresult: number;
  /** Index of the argument in the array of the caller. */
  readonly argument: number | undefined;

  constructor(hresult: number, argument?: number) {
    super("the call is not accepted");
    this.name = "DispatchError";
    this.hresult = hresult;
    this.argument = argument;
  }
}

/** A failed call of a service. */
export class ServiceFailure extends Error {
  /** Number of its code. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "ServiceFailure";
    this.code = code;
  }
}
