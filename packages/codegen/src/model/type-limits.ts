/** How often a generic type may be within itself with ever larger arguments before it is taken to grow without end. */
export const maxSelfNesting = 10;

/**
 * How many types may be within each other in one declared type. A value nested deeper is over the default nesting limit
 * of a connection, so it could not travel.
 */
export const maxTypeDepth = 64;
