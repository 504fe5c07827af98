import type { CapturedContext } from "../call/context-storage.js";
import type { ServiceDefinition } from "../service/service.js";
import type { RefLifetime } from "./ref-lifetime.js";

/** An object or a function of this process that the peer holds. */
export interface ExportedTarget extends RefLifetime {
  readonly number: number;
  readonly definition: ServiceDefinition<unknown>;
  readonly implementation: object;
  /** The context in which it was given to the peer. Its methods and its disposal run there. */
  readonly context: CapturedContext;
  /** Names the method that gave it to the peer, for error messages. */
  readonly label: string;
  gone: boolean;
  /** Set once the peer has released it. */
  released: boolean;
  /** Number of its calls that came before the release and have not started. */
  waitingCalls: number;
  /** Stops watching for its end. */
  unwatch: (() => void) | undefined;
}

/** Number of holders of an object, over all connections of this process. */
const holders = new WeakMap<object, number>();

type Held = Pick<ExportedTarget, "definition" | "implementation">;

/** Counts a holder, if the interface of the object is disposable. */
export function addHolder({ definition, implementation }: Held): void {
  if (definition.disposable === true) holders.set(implementation, (holders.get(implementation) ?? 0) + 1);
}

/** Reverts {@link addHolder} for a holder that did not get the object. */
export function uncountHolder({ definition, implementation }: Held): void {
  if (definition.disposable === true) holders.set(implementation, (holders.get(implementation) ?? 1) - 1);
}

/**
 * Removes a holder that has released the object or exited. Disposes of the object with the last
 * one.
 * @param report receives errors of the disposal.
 */
export function removeHolder(
  held: Held & { readonly context?: CapturedContext },
  report: (error: unknown, method: string) => void,
): void {
  const { definition, implementation, context } = held;
  if (definition.disposable !== true) return;
  uncountHolder(held);
  if ((holders.get(implementation) ?? 0) > 0) return;
  const dispose = () => disposeOf(held, report);
  if (context === undefined) dispose();
  else context.runInAsyncScope(dispose, undefined, undefined);
}

function disposeOf(
  { definition, implementation }: Held,
  report: (error: unknown, method: string) => void,
): void {
  const failed = (error: unknown) => report(error, `${definition.name}[Symbol.dispose]`);
  try {
    const { [Symbol.dispose]: dispose, [Symbol.asyncDispose]: asyncDispose } = implementation as Partial<
      Disposable & AsyncDisposable
    >;
    if (dispose !== undefined) dispose.call(implementation);
    else Promise.resolve(asyncDispose?.call(implementation)).catch(failed);
  } catch (error) {
    failed(error);
  }
}
