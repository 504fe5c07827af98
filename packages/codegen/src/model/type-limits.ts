/**
 * Limit of a generic type within itself with ever larger arguments; beyond it the type counts as
 * endless.
 */
export const maxSelfNesting = 10;

/**
 * Limit of the types within each other in one declared type. A value nested deeper exceeds the
 * default nesting limit of a connection, so it could not travel.
 */
export const maxTypeDepth = 64;
