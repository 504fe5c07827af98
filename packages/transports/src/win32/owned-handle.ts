import { atWorkerEnd } from "./environment-end.js";
import { closeHandle, closeHandleAddress } from "./kernel32.js";
import { type Handle, invalidHandle } from "./types.js";
import { win32Error } from "./win32-error.js";

/** A handle with one owner, which closes it once. */
export class OwnedHandle implements Disposable {
  #handle: Handle | undefined;
  readonly #object: string;
  readonly #forgetAtWorkerEnd: () => void;

  /** @param object a description for messages. */
  constructor(handle: Handle, object: string) {
    this.#handle = handle;
    this.#object = object;
    this.#forgetAtWorkerEnd = atWorkerEnd(closeHandleAddress, handle);
  }

  /**
   * Takes the return value of a function that creates handles.
   * @throws {RpcError} the error of the failed call.
   */
  static from(handle: Handle, operation: string, object: string): OwnedHandle {
    if (handle === 0 || handle === invalidHandle) throw win32Error(operation, object);
    return new OwnedHandle(handle, object);
  }

  /** @throws {Error} after it was closed: the number may mean another object by now. */
  get value(): Handle {
    if (this.#handle === undefined) throw new Error(`${this.#object} was used after it was closed`);
    return this.#handle;
  }

  get isClosed(): boolean {
    return this.#handle === undefined;
  }

  /** Transfers the handle to another owner. */
  release(): Handle {
    const handle = this.value;
    this.#handle = undefined;
    this.#forgetAtWorkerEnd();
    return handle;
  }

  close(): void {
    if (this.#handle === undefined) return;
    closeHandle(this.release());
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
