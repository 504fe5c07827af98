/** Names a value that interceptors and handlers pass to each other. Made by {@link createContextKey}; two keys are never the same. */
export interface ContextKey<T> {
  /** For people who debug. */
  readonly name: string;
  /** What is read where nothing was set. */
  readonly defaultValue: T;
}

/** The values of one call, each under a key that knows its type. They stay in their process. */
export interface ContextValues {
  /** The value under a key; the key's default where none was set. */
  get<T>(key: ContextKey<T>): T;
  /** Sets the value under a key, in place of an earlier one. */
  set<T>(key: ContextKey<T>, value: T): this;
}

/** Makes a key for values of one type: `const user = createContextKey<User | undefined>("user", undefined)`. */
export function createContextKey<T>(name: string, defaultValue: T): ContextKey<T> {
  return { name, defaultValue };
}

/** Values without any set. */
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
