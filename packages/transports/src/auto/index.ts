/**
 * The transport `auto:NAME`: the fastest transport that both ends have.
 * @category Transports
 * @packageDocumentation
 */

export { type AutoOptions, auto } from "./auto-transport.js";
export type { AutoMember } from "./candidate.js";
