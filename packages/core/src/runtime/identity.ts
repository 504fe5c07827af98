/**
 * Objects that a program holds may be wrapped in a `Proxy`: Vue and MobX wrap objects in their
 * state. A wrapper forwards reads, but it is another object, without the private fields and in no
 * `WeakMap`. An own property leads from a wrapper to the wrapped object.
 */
const identity = Symbol("crosspane.identity");

/** Frozen, and not of a plain class, so that it is not wrapped in turn. */
class Identity {
  readonly #object: object;

  constructor(object: object) {
    this.#object = object;
    Object.freeze(this);
  }

  static read(value: unknown): object | undefined {
    return typeof value === "object" && value !== null && #object in value ? value.#object : undefined;
  }
}

/** Marks an object so that {@link unwrapped} finds it. */
export function markIdentity(object: object): void {
  Object.defineProperty(object, identity, { value: new Identity(object) });
}

/** Returns the object behind wrappers around it. Returns any other object as it is. */
export function unwrapped(object: object): object {
  try {
    return Identity.read(Reflect.get(object, identity)) ?? object;
  } catch {
    // A wrapper may refuse, and any access to a revoked one throws.
    return object;
  }
}

/**
 * Adds the members of its class to an object as own properties that are bound to it, so that they
 * work on a wrapper as well.
 */
export function bindMembers(object: object): void {
  markIdentity(object);
  const members = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object));
  for (const key of Reflect.ownKeys(members)) {
    const { value, get } = members[key as string] as PropertyDescriptor;
    if (get !== undefined) Object.defineProperty(object, key, { configurable: true, get: get.bind(object) });
    else if (typeof value === "function" && key !== "constructor")
      Object.defineProperty(object, key, { configurable: true, writable: true, value: bound(value, object) });
  }
}

/**
 * Returns a closure: V8 13 (Node 24) refuses what `bind` returns as the method of `await using`.
 */
function bound(method: (...args: unknown[]) => unknown, object: object): typeof method {
  return (...args) => Reflect.apply(method, object, args);
}
