import type { ServiceDefinition } from "@crosspane/core";
import { ClientStub, defineService, string, unary, unaryMethod } from "@crosspane/core/stub-v1";

/** A service with one method without arguments, guarded by rules. */
export interface Door {
  open(): Promise<string>;
}

class DoorClient extends ClientStub implements Door {
  open(): Promise<string> {
    return unary(this, 0, []);
  }
}

/** Returns the service with these rules. */
export const doorFor = (allow: readonly string[]) =>
  defineService<Door>({
    name: "Door",
    fingerprint: "1",
    methods: [unaryMethod("open", "1", [], string)],
    allow,
    client: DoorClient,
    dispatch: (service) => service.open(),
  } satisfies ServiceDefinition<Door>);
