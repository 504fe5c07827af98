import { RpcError } from "@crosspane/core/transport";
import type { Access } from "./access.js";
import { createEvent, getLastError, openEvent, setEvent } from "./kernel32.js";
import { ntQueryEvent } from "./ntdll.js";
import { OwnedHandle } from "./owned-handle.js";
import { withSecurityAttributes } from "./security-attributes.js";
import { errorCodes, win32Error } from "./win32-error.js";

/** https://learn.microsoft.com/windows/win32/sync/synchronization-object-security-and-access-rights */
const synchronize = 0x0010_0000;
const modifyState = 0x2;
const queryState = 0x1;

/**
 * `EventBasicInformation`: the type of the event, which is 1 for an auto-reset event, and its
 * state.
 */
const basicInformation = 0;
const resetsItself = 1;

/**
 * An auto-reset event, which wakes one waiter:
 * https://learn.microsoft.com/windows/win32/sync/event-objects.
 */
export class NamedEvent extends OwnedHandle {
  /** @throws {RpcError} `alreadyExists`, `permissionDenied`. */
  static create(name: string, access: Access): NamedEvent {
    const handle = withSecurityAttributes(access, "event", (attributes) =>
      createEvent(attributes, 0, 0, name),
    );
    if (handle === 0) throw win32Error("CreateEventW", name);
    const existed = getLastError() === errorCodes.alreadyExists;
    const event = new NamedEvent(handle, name);
    if (existed) {
      event.close();
      throw win32Error("CreateEventW", name, errorCodes.alreadyExists);
    }
    return event;
  }

  /**
   * @throws {RpcError} `unavailable` if none of this name exists, `permissionDenied`,
   * `failedPrecondition` for a manual-reset event: setting it once would wake its watchers without
   * end.
   */
  static open(name: string): NamedEvent {
    const handle = openEvent(synchronize | modifyState | queryState, 0, name);
    if (handle === 0) throw win32Error("OpenEventW", name);
    const event = new NamedEvent(handle, name);
    const information = new Uint32Array(2);
    const status = ntQueryEvent(handle, basicInformation, information, information.byteLength, null);
    if (status >= 0 && information[0] === resetsItself) return event;
    event.close();
    throw new RpcError(
      "failedPrecondition",
      `OpenEventW ${name}: it is not an auto-reset event, so another program created it`,
    );
  }

  set(): void {
    setEvent(this.value);
  }
}
