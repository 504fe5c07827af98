import { type Address, nativeCallback, nullAddress } from "@crosspane/transports/win32";
import { createInstance } from "./com-interfaces.js";
import type { ComBehavior } from "./com-objects.js";
import { interfaceIds } from "./guid.js";
import { hresults } from "./hresults.js";

/**
 * Makes the objects that clients begin with, in turn on this thread and on others:
 * https://learn.microsoft.com/windows/win32/api/unknwn/nn-unknwn-iclassfactory
 */
export class ClassFactory implements ComBehavior {
  readonly iid = interfaceIds.classFactory;
  readonly methods: readonly Address[];
  /** The class factories of other threads. */
  others: readonly Address[] = [];
  #next = 0;

  /** @param create makes an object on this thread; it returns an HRESULT. */
  constructor(create: (iid: Address, to: Address) => number) {
    this.methods = [
      nativeCallback(
        "int32_t",
        ["uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t"],
        (_self: Address, outer: Address, iid: Address, to: Address) => {
          if (outer !== nullAddress) return hresults.noAggregation;
          const other = this.#turn();
          return other === undefined ? create(iid, to) : createInstance(other, nullAddress, iid, to);
        },
      ),
      // The program decides how long it runs.
      nativeCallback("int32_t", ["uintptr_t", "int"], () => hresults.ok),
    ];
  }

  released(): void {}

  /** Returns the factory whose turn it is; undefined for this thread, which is the last one. */
  #turn(): Address | undefined {
    const turn = this.#next;
    this.#next = (turn + 1) % (this.others.length + 1);
    return this.others[turn];
  }
}
