import { Deadline } from "../call/deadline.js";
import { assertMs } from "../errors/assert-ms.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";
import { now } from "../runtime/real-time.js";

/** Times of the heartbeat, which finds hung peers and lost connections that no one reports. */
export interface HeartbeatOptions {
  /** Milliseconds without a message of the peer before it is pinged; 15,000 by default. */
  readonly intervalMs?: number;
  /**
   * Milliseconds that the peer has to answer before the connection ends with `unavailable`; 15,000
   * by default.
   */
  readonly timeoutMs?: number;
}

/** Number of a ping that only asks for an answer. Other numbers ask for confirmation of calls. */
export const signOfLife = 0;

/** Times in effect. */
export type HeartbeatTimes = Required<HeartbeatOptions>;

const defaults: HeartbeatTimes = { intervalMs: 15_000, timeoutMs: 15_000 };

/**
 * Returns the times to use; undefined for no heartbeat.
 * @param noticesDeath capability of the transport: one that reports that a peer has exited needs no
 * heartbeat.
 */
export function heartbeatTimes(
  asked: HeartbeatOptions | false | undefined,
  noticesDeath: boolean,
): HeartbeatTimes | undefined {
  if (asked === false || (asked === undefined && noticesDeath)) return undefined;
  return { ...defaults, ...asked };
}

const optionNames = { intervalMs: true, timeoutMs: true } satisfies OptionNames<HeartbeatOptions>;

/** @throws {RpcError} `invalidArgument` for a time that is not a number of milliseconds from 1. */
export function checkHeartbeat(asked: HeartbeatOptions | false | undefined): void {
  if (asked === false || asked === undefined) return;
  assertOptions("heartbeat", asked, optionNames);
  for (const [name, ms] of Object.entries(asked)) assertMs(`heartbeat.${name}`, ms, 1);
}

/** The connection that a heartbeat watches. */
export interface Watched {
  /** Returns the number of messages received from the peer. */
  received(): number;
  /** Pings the peer. */
  ask(): void;
  /** Handles a peer that did not answer. */
  silent(error: RpcError): void;
}

/** Number of slices into which the timeout is divided. */
const slices = 4;

/**
 * Pings a silent peer and breaks the connection if it does not answer. Any message counts as an
 * answer, so that a busy connection carries no pings.
 *
 * Only time in which this process was running counts. A slice that took twice its time means that
 * the machine slept, a debugger stopped the process or the event loop was blocked. Messages of the
 * peer were not read in that time, so the wait starts again with another ping.
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

  /** Sets whether the heartbeat's timer keeps the process alive. */
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
    const text = `the peer did not answer for ${this.#times.timeoutMs} ms: it is hung or unreachable`;
    this.#watched.silent(new RpcError("unavailable", text));
  }
}
