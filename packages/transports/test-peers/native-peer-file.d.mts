/**
 * The program that the set-up of the tests builds of them: another file for other sources, so that none is ever out of date.
 * @returns {string}
 */
export function nativePeerFile(): string;
/** Where the sources of the peers in C are. */
export const nativePeersFolder: string;
