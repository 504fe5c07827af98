/**
 * The pump's program in one piece, whose addresses are `crosspaneBase`. Packing this package fills
 * it in. Programs that are bundled into one file have no file for the pump's thread.
 */
export const pumpCode = undefined as string | undefined;
