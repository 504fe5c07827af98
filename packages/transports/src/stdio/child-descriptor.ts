/** The descriptor of the child's end. Descriptors 0 to 2 keep their use. */
export const childDescriptor = 3;

/** Environment variable with that descriptor, set for a child that was started with it. */
export const descriptorVariable = "CROSSPANE_STDIO";

/**
 * Milliseconds that a child may take to end by itself after the connection to its parent is over.
 */
export const childEndMs = 3_000;
