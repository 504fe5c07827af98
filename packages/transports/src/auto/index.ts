export { type AutoOptions, auto } from "./auto-transport.js";
export type { AutoMember } from "./candidate.js";
