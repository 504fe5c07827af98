import { createContextKey } from "../call/context-values.js";

/**
 * Set at the client once a call's arguments have been sent with a reference to something of this
 * side: a function, a stream, a service.
 */
export const carriedReferences = createContextKey("carriedReferences", false);
