/** Exit codes of the command `crosspane`. */
export const exitCodes = {
  ok: 0,
  /** The contracts have problems, or the generated files have drifted; the call failed. */
  failed: 1,
  /** The command itself is invalid: an option, an argument, a contract that does not exist. */
  usage: 2,
  /** No connection: no server is listening, or it refused this client. */
  noConnection: 3,
  /** Ctrl-C, as shells report it. */
  interrupted: 130,
  /** A request to end (SIGTERM), as shells report it. */
  terminated: 143,
} as const;
