import { Deadline } from "../call/deadline.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";
import { now } from "../runtime/real-time.js";

/** How a peer is found out that lives and does nothing any more, or whose death nobody reports. */
export interface HeartbeatOptions {
  /** Milliseconds without any message of the peer after which it is asked for one; 15,000 unless given. */
  readonly intervalMs?: number;
  /** Milliseconds that it then has before the connection ends with `unavailable`; 15,000 unless given. */
  readonly timeoutMs?: number;
}

/**
 * The number of a ping that only asks for an answer. Other numbers ask whether calls have begun.
 */
export const signOfLife = 0;

/** Times that hold. */
export type HeartbeatTimes = Required<HeartbeatOptions>;

const defaults: HeartbeatTimes = { intervalMs: 15_000, timeoutMs: 15_000 };

/**
 * The times to use; undefined for none.
 * @param noticesDeath what the transport says of itself: one that reports the death of a peer needs no heartbeat.
 */
export function heartbeatTimes(
  asked: HeartbeatOptions | false | undefined,
  noticesDeath: boolean,
): HeartbeatTimes | undefined {
  if (asked === false || (asked === undefined && noticesDeath)) return undefined;
  return { ...defaults, ...asked };
}

const optionNames = { intervalMs: true, timeoutMs: true } satisfies OptionNames<HeartbeatOptions>;

/** @throws {RpcError} `invalidArgument` for a time that is no number of milliseconds from 1. */
export function checkHeartbeat(asked: HeartbeatOptions | false | undefined): void {
  if (asked === false || asked === undefined) return;
  assertOptions("heartbeat", asked, optionNames);
  for (const [name, ms] of Object.entries(asked)) {
    if (!(ms >= 1)) {
      throw new RpcError("invalidArgument", `heartbeat.${name} must be 1 or more milliseconds, got ${ms}`);
    }
  }
}

/** What a heartbeat watches. */
export interface Watched {
  /** Counts the peer's messages. */
  received(): number;
  /** Asks the peer for a message. */
  ask(): void;
  /** It has not come. */
  silent(error: RpcError): void;
}

/** Parts of the time-out that are looked at one by one. */
const slices = 4;

/**
 * Asks a quiet peer for a sign of life, and gives it up if none comes. Any message is one, so that a busy connection carries nothing more.
 *
 * Only time in which this process itself was running counts. A slice of the wait that took twice as long as it should have was a sleep of the
 * machine, a stop in a debugger or a blocked event loop, during which what the peer has sent was not read: the wait begins anew, with another question.
 */
export class Heartbeat {
  readonly #times: HeartbeatTimes;
  readonly #watched: Watched;
  readonly #sliceMs: number;
  #seen = -1;
  #waitedMs = 0;
  #timer: Deadline | undefined;
  #holdsProcess = true;

  constructor(times: HeartbeatTimes, watched: Watched) {
    this.#times = times;
    this.#watched = watched;
    this.#sliceMs = times.timeoutMs / slices;
    this.#rest();
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  /** Says whether the process has to live for the next question. */
  holdProcess(holds: boolean): void {
    this.#holdsProcess = holds;
    this.#timer?.holdProcess(holds);
  }

  #rest(): void {
    this.#seen = this.#watched.received();
    this.#startTimer(this.#times.intervalMs, () => {
      if (this.#watched.received() === this.#seen) this.#ask();
      else this.#rest();
    });
  }

  #startTimer(timeoutMs: number, onExpire: () => void): void {
    this.#timer = new Deadline(timeoutMs, onExpire);
    if (!this.#holdsProcess) this.#timer.holdProcess(false);
  }

  #ask(): void {
    this.#waitedMs = 0;
    this.#wait();
    this.#watched.ask();
  }

  #wait(): void {
    const began = now();
    this.#startTimer(this.#sliceMs, () => this.#look(now() - began));
  }

  #look(tookMs: number): void {
    if (this.#watched.received() !== this.#seen) return this.#rest();
    if (tookMs > 2 * this.#sliceMs) return this.#ask();
    this.#waitedMs += this.#sliceMs;
    if (this.#waitedMs < this.#times.timeoutMs) return this.#wait();
    const text = `the peer did not answer for ${this.#times.timeoutMs} ms: it hangs, or the way to it is broken`;
    this.#watched.silent(new RpcError("unavailable", text));
  }
}
