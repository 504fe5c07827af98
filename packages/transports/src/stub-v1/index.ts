/**
 * The API of generated code, version 1, for projects that declare this package and not core: the
 * same names as those of core. Not for hand-written code.
 */
export * from "@crosspane/core/stub-v1";
