/**
 * Key of a value that interceptors and handlers share. {@link createContextKey} makes it. Two keys
 * are never equal.
 */
export interface ContextKey<T> {
  /** Name for debugging. */
  readonly name: string;
  /** Value that `get` returns if none was set. */
  readonly defaultValue: T;
}

/** Values of one call under typed keys. They do not travel. */
export interface ContextValues {
  /** Returns the value of a key, or the key's default if none was set. */
  get<T>(key: ContextKey<T>): T;
  /** Sets the value of a key and replaces an earlier one. */
  set<T>(key: ContextKey<T>, value: T): this;
}

/**
 * Creates a key for values of one type:
 * `const user = createContextKey<User | undefined>("user", undefined)`.
 */
export function createContextKey<T>(name: string, defaultValue: T): ContextKey<T> {
  return { name, defaultValue };
}

/** Creates an empty set of values. */
export function createContextValues(): ContextValues {
  const values = new Map<ContextKey<unknown>, unknown>();
  return {
    get<T>(key: ContextKey<T>): T {
      return values.has(key) ? (values.get(key) as T) : key.defaultValue;
    },
    set(key, value) {
      values.set(key, value);
      return this;
    },
  };
}
