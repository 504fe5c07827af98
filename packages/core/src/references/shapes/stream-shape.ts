import type { ErrorType } from "../../service/error-type.js";
import { carriesReferences } from "../../shape/carries-references.js";
import type { WireCategory } from "../../shape/categories.js";
import type { Conversion, Shape } from "../../shape/shape.js";
import { kindOf, ShapeMismatch } from "../../shape/shape-mismatch.js";
import { inPieces, type StreamForm, toForm } from "./stream-form.js";

/**
 * Shape of a stream: `AsyncIterable<T>` and its kin, or one of the platform's streams of bytes. It
 * travels by reference.
 */
export class StreamShape implements Shape {
  readonly kind = "stream";
  readonly byReference = true;
  readonly sends: readonly WireCategory[] = ["object", "function"];
  readonly receives: readonly WireCategory[] = ["number"];
  readonly item: Shape;
  readonly form: StreamForm;
  /**
   * Error classes that it may fail with and that arrive as themselves: those of the method that
   * returns it.
   */
  readonly errors: readonly ErrorType[] | undefined;
  #itemsCarry: boolean | undefined;

  constructor(item: Shape, form: StreamForm = "AsyncIterable", errors?: readonly ErrorType[]) {
    this.item = item;
    this.form = form;
    this.errors = errors;
  }

  get label(): string {
    return this.form;
  }

  /** True if its items may contain references themselves. */
  get itemsCarry(): boolean {
    this.#itemsCarry ??= carriesReferences(this.item);
    return this.#itemsCarry;
  }

  convert(value: unknown, { direction, exchange }: Conversion): unknown {
    if (exchange === undefined) throw new ShapeMismatch("data", "a stream, which cannot travel here");
    if (direction === "receive")
      return toForm(this.form, exchange.take(value, this) as AsyncIterableIterator<unknown>);
    if (!isAsyncIterable(value)) throw new ShapeMismatch(this.label, kindOf(value));
    return exchange.give(
      this.form === "AsyncIterable" ? value : inPieces(value as AsyncIterable<unknown>),
      this,
    );
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, Symbol.asyncIterator) === "function"
  );
}
