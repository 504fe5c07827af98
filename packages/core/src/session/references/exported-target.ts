import type { ServiceDefinition } from "../../service/service.js";
import type { Lived } from "./lived.js";

/** An object or a function of this process that the peer holds. */
export interface ExportedTarget extends Lived {
  readonly number: number;
  readonly definition: ServiceDefinition<unknown>;
  readonly implementation: object;
  gone: boolean;
}

/** How many holders an object has, over all connections of this process. */
const holders = new WeakMap<object, number>();

/** Counts a holder of an object whose interface can be disposed of. */
export function addHolder({ definition, implementation }: ExportedTarget): void {
  if (definition.disposable === true) holders.set(implementation, (holders.get(implementation) ?? 0) + 1);
}

/**
 * A holder has released the object, or died. The last one disposes of it.
 * @param report told of what its disposal throws.
 */
export function removeHolder(
  { definition, implementation }: ExportedTarget,
  report: (error: unknown, method: string) => void,
): void {
  if (definition.disposable !== true) return;
  const left = (holders.get(implementation) ?? 1) - 1;
  holders.set(implementation, left);
  if (left > 0) return;
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
