import type { ServiceDefinition } from "@crosspane/core";
import { ClientStub, defineService, string, unary, unaryMethod } from "@crosspane/core/stub-v1";

/** One method without arguments, which its rules guard. */
export interface Door {
  open(): Promise<string>;
}

class DoorClient extends ClientStub implements Door {
  open(): Promise<string> {
    return unary(this, 0, []);
  }
}

/** The door behind these rules. */
export const doorFor = (allow: readonly string[]) =>
  defineService<Door>({
    name: "Door",
    fingerprint: "1",
    methods: [unaryMethod("open", "1", [], string)],
    allow,
    client: DoorClient,
    dispatch: (service) => service.open(),
  } satisfies ServiceDefinition<Door>);
