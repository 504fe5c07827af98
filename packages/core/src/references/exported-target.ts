import type { CapturedContext } from "../call/context-storage.js";
import type { ServiceDefinition } from "../service/service.js";
import type { Lived } from "./lived.js";

/** An object or a function of this process that the peer holds. */
export interface ExportedTarget extends Lived {
  readonly number: number;
  readonly definition: ServiceDefinition<unknown>;
  readonly implementation: object;
  /** The context in which it was given to the peer: its methods and its disposal run there. */
  readonly context: CapturedContext;
  /** What gave it away, for messages. */
  readonly label: string;
  gone: boolean;
  /** The peer has released it. */
  released: boolean;
  /** Calls of it that came before that and have not begun. */
  waitingCalls: number;
  /** Ends that this side listens to its end. */
  unwatch: (() => void) | undefined;
}

/** How many holders an object has, over all connections of this process. */
const holders = new WeakMap<object, number>();

type Held = Pick<ExportedTarget, "definition" | "implementation">;

/** Counts a holder of an object whose interface can be disposed of. */
export function addHolder({ definition, implementation }: Held): void {
  if (definition.disposable === true) holders.set(implementation, (holders.get(implementation) ?? 0) + 1);
}

/** One that was counted does not get it after all. */
export function uncountHolder({ definition, implementation }: Held): void {
  if (definition.disposable === true) holders.set(implementation, (holders.get(implementation) ?? 1) - 1);
}

/**
 * A holder has released the object, or died. The last one disposes of it.
 * @param report told of what its disposal throws.
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
