import type { Address } from "@crosspane/transports/win32";
import type { ValueFitter } from "./fit-value.js";
import type { Order } from "./messages.js";
import { callScript, findMember, ScriptFailure } from "./script-calls.js";
import type { ScriptObjects } from "./script-objects.js";
import type { ServiceReferences } from "./service-references.js";
import { defaultMember, dispatchFlags } from "./variant-layout.js";
import type { VariantWriter } from "./write-variant.js";

/** Parts of a thread that a call of a script uses. */
export interface ScriptCallParts {
  readonly scripts: ScriptObjects;
  readonly references: ServiceReferences;
  readonly fitter: ValueFitter;
  readonly writer: VariantWriter;
}

/**
 * Calls a script's function, or a method of its object.
 * @throws {ScriptFailure} if the script fails, {VariantMismatch} if its result is of another type.
 */
export function callScriptObject(
  order: Extract<Order, { readonly kind: "invoke" }>,
  { scripts, references, fitter, writer }: ScriptCallParts,
): unknown {
  for (const { type, value } of order.args) references.retainIn(value, type);
  try {
    const object = scripts.addressOf(order.scriptObject);
    if (object === undefined) throw new ScriptFailure("the script's object was released");
    const member = order.member === undefined ? defaultMember : findMember(object, order.member);
    if (member === undefined) throw new ScriptFailure(`the script's object has no method ${order.member}`);
    const args = order.args.map(
      ({ type, value }) =>
        (to: Address) =>
          writer.write(to, value, type),
    );
    const { result } = order;
    return callScript({ object, member, flags: dispatchFlags.method, args }, (value) =>
      result === undefined ? undefined : fitter.together(() => fitter.fit(value, result)),
    );
  } finally {
    for (const { type, value } of order.args) references.releaseIn(value, type);
  }
}
