import { isAbortSignal } from "../../runtime/brands.js";
import type { Shape } from "../../shape/shape.js";
import { kindOf, ShapeMismatch } from "../../shape/shape-mismatch.js";

/**
 * Shape of an `AbortSignal` among the arguments of a call. It is not sent: when it aborts, the call
 * is cancelled. The handler receives the signal of its call in its place.
 */
export const signalShape: Shape = {
  kind: "signal",
  label: "AbortSignal",
  byReference: true,
  sends: ["object"],
  receives: ["null"],
  convert(value, { direction, exchange }) {
    if (exchange === undefined) throw new ShapeMismatch("data", "an AbortSignal, which cannot travel here");
    if (direction === "receive") return exchange.signal();
    if (!isAbortSignal(value)) throw new ShapeMismatch("AbortSignal", kindOf(value));
    exchange.listenTo(value);
    return null;
  },
};
