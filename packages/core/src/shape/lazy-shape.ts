import type { WireCategory } from "./categories.js";
import type { Conversion, Shape } from "./shape.js";

/** A shape that is defined later, which makes recursive types possible. */
export class LazyShape implements Shape {
  readonly kind = "lazy";
  readonly #get: () => Shape;
  #target: Shape | undefined;

  constructor(get: () => Shape) {
    this.#get = get;
  }

  get target(): Shape {
    this.#target ??= this.#get();
    return this.#target;
  }

  get label(): string {
    return this.target.label;
  }

  get sends(): readonly WireCategory[] | undefined {
    return this.target.sends;
  }

  get receives(): readonly WireCategory[] | undefined {
    return this.target.receives;
  }

  get parts(): readonly Shape[] {
    return [this.target];
  }

  convert(value: unknown, conversion: Conversion): unknown {
    return this.target.convert(value, conversion);
  }
}
