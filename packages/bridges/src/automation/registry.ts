import {
  errorCodes,
  type Handle,
  regDeleteTree,
  regSetKeyValue,
  win32Error,
} from "@crosspane/transports/win32";

/** https://learn.microsoft.com/windows/win32/sysinfo/predefined-keys, extended to 64 bits. */
const roots = { user: -0x7fffffff as Handle, machine: -0x7ffffffe as Handle } as const;
/** https://learn.microsoft.com/windows/win32/sysinfo/registry-value-types */
const text = 1;

/** The part of the registry that is of this user, or of the machine. */
export class Registry {
  readonly #root: Handle;

  constructor(scope: keyof typeof roots) {
    this.#root = roots[scope];
  }

  /**
   * Sets the default value of a key, which is created if it does not exist.
   * @throws {RpcError} `permissionDenied` without the rights.
   */
  set(key: string, value: string): void {
    const data = Buffer.from(`${value}\0`, "utf16le");
    const result = regSetKeyValue(this.#root, key, null, text, data, data.length);
    if (result !== 0) throw win32Error("RegSetKeyValueW", key, result);
  }

  /**
   * Deletes a key and all below it, if it exists.
   * @throws {RpcError} `permissionDenied` without the rights.
   */
  delete(key: string): void {
    const result = regDeleteTree(this.#root, key);
    if (result !== 0 && result !== errorCodes.fileNotFound) throw win32Error("RegDeleteTreeW", key, result);
  }
}
