/** The descriptor of the child's end. 0 to 2 stay what they are. */
export const childDescriptor = 3;

/** Tells a process that it was started with that descriptor, and which it is. */
export const descriptorVariable = "CROSSPANE_STDIO";

/** Milliseconds that a child may take to end by itself once the connection to its parent is over. */
export const childEndMs = 3_000;
