/**
 * Numbers that identify things of the system, with types of their own so that one is never passed
 * for another. Handles and addresses of user space are below 2^53 on every Windows, so plain
 * numbers hold them.
 */

declare const kind: unique symbol;

/** An open kernel object of this process. */
export type Handle = number & { readonly [kind]: "handle" };

/** A window. */
export type Hwnd = number & { readonly [kind]: "hwnd" };

/** An address in this process. */
export type Address = number & { readonly [kind]: "address" };

export const nullAddress = 0 as Address;

/**
 * Failure result of functions that create handles; some functions take it for "none"
 * (`INVALID_HANDLE_VALUE`).
 */
export const invalidHandle = -1 as Handle;
