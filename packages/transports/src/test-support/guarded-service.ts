import type { ServiceDefinition } from "@crosspane/core";
import { ClientStub, defineService, string, unary, unaryMethod } from "@crosspane/core/stub-v1";

/** A service with one method without arguments, guarded by rules. */
export interface Guarded {
  open(): Promise<string>;
}

class GuardedClient extends ClientStub implements Guarded {
  open(): Promise<string> {
    return unary(this, 0, []);
  }
}

/** Returns the service with these rules. */
export const guardedService = (allow: readonly string[]) =>
  defineService<Guarded>({
    name: "Guarded",
    fingerprint: "1",
    methods: [unaryMethod("open", "1", [], string)],
    allow,
    client: GuardedClient,
    dispatch: (service) => service.open(),
  } satisfies ServiceDefinition<Guarded>);
