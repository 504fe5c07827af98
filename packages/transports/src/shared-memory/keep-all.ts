/** Closes everything that was kept if the rest of the construction fails. */
export function keepAll<T>(make: (keep: <C extends { close(): void }>(made: C) => C) => T): T {
  const made: { close(): void }[] = [];
  try {
    return make((each) => {
      made.push(each);
      return each;
    });
  } catch (error) {
    for (const each of made) each.close();
    throw error;
  }
}
