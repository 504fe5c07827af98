/**
 * Returns the program that the set-up of the tests builds from the sources. Its name depends on the
 * sources, so that it is never out of date.
 * @returns {string}
 */
export function nativePeerFile(): string;
/** Folder of the sources of the peers in C. */
export const nativePeersFolder: string;
