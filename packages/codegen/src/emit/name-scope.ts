/** The names of one module, each used once. */
export interface NameScope {
  /** Returns an unused name: the wanted one, or with a number after it and before the suffix. */
  claim(wanted: string, suffix?: string): string;
}

/**
 * Makes the scope of a module.
 *
 * @param reserved names that are in use, such as the module's exports
 */
export function createNameScope(reserved: readonly string[]): NameScope {
  const taken = new Set(reserved);
  return {
    claim(wanted, suffix = "") {
      let name = `${wanted}${suffix}`;
      for (let number = 2; taken.has(name); number++) name = `${wanted}${number}${suffix}`;
      taken.add(name);
      return name;
    },
  };
}
