import { RpcError } from "@crosspane/core";
import {
  connectFailure,
  mayAppear,
  type SkippedTransport,
  type TransportConnection,
} from "@crosspane/core/transport";
import type { Candidate } from "./candidate.js";

interface Attempt {
  readonly endpoint: string;
  readonly connection: TransportConnection;
}

/**
 * Dials the candidates in their order and returns the first that answers, with the skipped ones
 * recorded on it.
 *
 * A starting server opens them in the same order. If it was not up yet for the first and then was
 * for the second, it has opened the first meanwhile. So candidates without a listener are dialed
 * once more before a later one is taken.
 * @throws {RpcError} that lists every reason; its code is `unavailable` if a later attempt could
 * succeed.
 */
export async function dialFirst(
  { endpoint, candidates }: { readonly endpoint: string; readonly candidates: readonly Candidate[] },
  signal: AbortSignal,
  found?: () => void,
): Promise<TransportConnection> {
  const skipped: SkippedTransport[] = [];
  for (const candidate of candidates) {
    const attempt = await dialOne(candidate, signal, found);
    if ("error" in attempt) {
      skipped.push(attempt);
      continue;
    }
    const faster = await askAgain({ candidates, skipped }, attempt, signal);
    const { connection } = faster ?? attempt;
    connection.choice = { endpoint: (faster ?? attempt).endpoint, skipped };
    return connection;
  }
  throw allFailed(endpoint, skipped);
}

/** @throws {RpcError} only the signal's reason. */
async function dialOne(
  candidate: Candidate,
  signal: AbortSignal,
  found?: () => void,
): Promise<Attempt | SkippedTransport> {
  let { endpoint } = candidate;
  try {
    const transport = await candidate.open();
    endpoint = transport.endpoint;
    signal.throwIfAborted();
    return { endpoint, connection: await transport.dial(signal, found) };
  } catch (thrown) {
    const error = connectFailure(endpoint, thrown);
    if (signal.aborted) throw error;
    return { endpoint, error };
  }
}

/**
 * Dials the skipped candidates again. If one answers now, aborts the slower connection, and drops
 * that candidate and the later ones from `skipped`.
 */
async function askAgain(
  {
    candidates,
    skipped,
  }: { readonly candidates: readonly Candidate[]; readonly skipped: SkippedTransport[] },
  slower: Attempt,
  signal: AbortSignal,
): Promise<Attempt | undefined> {
  for (const [index, { error }] of skipped.entries()) {
    if (!mayAppear(error)) continue;
    let attempt: Attempt | SkippedTransport;
    try {
      attempt = await dialOne(candidates[index] as Candidate, signal);
    } catch (thrown) {
      giveUp(slower);
      throw thrown;
    }
    if ("error" in attempt) {
      skipped[index] = attempt;
      continue;
    }
    giveUp(slower);
    skipped.length = index;
    return attempt;
  }
  return undefined;
}

function giveUp({ connection, endpoint }: Attempt): void {
  connection.abort(new RpcError("cancelled", `${endpoint}: not needed, a better transport answered`));
}

function allFailed(endpoint: string, skipped: readonly SkippedTransport[]): RpcError {
  // A reason that neither time nor another transport can change comes first, then a temporary one.
  const lasting = skipped.find(({ error }) => !mayAppear(error) && error.code !== "unimplemented");
  const passing = skipped.some(({ error }) => mayAppear(error));
  const code = lasting?.error.code ?? (passing ? "unavailable" : "unimplemented");
  const reasons = skipped.map(({ endpoint: tried, error }) => `${tried}: ${error.message}`).join("; ");
  return new RpcError(code, `dial ${endpoint}: none of its transports can be used: ${reasons}`, {
    cause: (lasting ?? skipped[0])?.error,
  });
}
