import { RpcError } from "../errors/rpc-error.js";
import type { ImportedTarget } from "../references/imported-target.js";
import { labelOf, type ServiceDefinition } from "../service/service.js";
import type { CallingSession } from "./calling-session.js";
import type { PendingCall } from "./pending-calls.js";

/** A method, by the peer's numbers. */
export interface RemoteMethod {
  readonly target: number;
  readonly method: number;
  /** The base call, whose result is called before it arrives. The target is then its id. */
  readonly base: PendingCall | undefined;
  /** The proxy of the object or function that is called. */
  readonly calledProxy: object | undefined;
}

/** Maps the methods of one client to those of the peer. */
export interface Routes {
  readonly definition: ServiceDefinition<unknown>;
  /** `Inventory.get`, by method. */
  readonly labels: readonly string[];
  /** @throws {RpcError} if the peer does not accept this call. */
  find(method: number): RemoteMethod;
}

/** The peer's numbers of a method, or the reason why it cannot be called. */
type MethodRoute = RemoteMethod | { readonly error: RpcError };

/** Routes of a service, found by name in the peer's offer once per connection and service. */
export class ServiceRoutes implements Routes {
  readonly definition: ServiceDefinition<unknown>;
  readonly labels: readonly string[];
  /** Index of the service in the peer's list; undefined if the peer does not offer it. */
  readonly index: number | undefined;
  readonly #routes: readonly MethodRoute[];

  constructor(definition: ServiceDefinition<unknown>, session: CallingSession) {
    const index = session.peer.services.findIndex(({ name }) => name === definition.name);
    this.index = index < 0 ? undefined : index;
    this.definition = definition;
    this.labels = definition.methods.map((method) => labelOf(definition, method));
    this.#routes = findRoutes(definition, session, index);
  }

  /**
   * @throws {RpcError} `unimplemented` or `failedPrecondition` if the peer does not accept this
   * call.
   */
  find(method: number): RemoteMethod {
    const route = this.#routes[method];
    if (route === undefined)
      throw new RpcError("unimplemented", `${this.definition.name} has no method ${method}`);
    if ("error" in route) throw route.error;
    return route;
  }
}

/** Routes of a received object or function. Both sides agree on its declaration. */
export class ReferenceRoutes implements Routes {
  readonly definition: ServiceDefinition<unknown>;
  readonly labels: readonly string[];
  /**
   * The proxy that the program calls; undefined until it is made. Calls in flight refer to it, so
   * that it is not collected, and the object released, before they are answered.
   */
  calledProxy: object | undefined;
  readonly #target: ImportedTarget;

  constructor(definition: ServiceDefinition<unknown>, target: ImportedTarget) {
    this.definition = definition;
    this.labels = definition.methods.map((method) => labelOf(definition, method));
    this.#target = target;
  }

  find(method: number): RemoteMethod {
    if (this.#target.isLost) {
      throw new RpcError(
        "failedPrecondition",
        `${this.labels[method]}: the connection of this reference has ended; get it again once the connection is re-established`,
      );
    }
    if (this.#target.gone) {
      throw new RpcError(
        "failedPrecondition",
        `${this.labels[method]}: this reference was released, or the call that carried it has ended; retain() keeps an argument, and await keeps an object of a pipelined chain`,
      );
    }
    return { target: this.#target.number, method, base: undefined, calledProxy: this.calledProxy };
  }
}

/** Routes of the future result of a call. */
export class PromisedRoutes implements Routes {
  readonly definition: ServiceDefinition<unknown>;
  readonly labels: readonly string[];
  readonly #base: PendingCall;

  constructor(definition: ServiceDefinition<unknown>, base: PendingCall) {
    this.definition = definition;
    this.labels = definition.methods.map((method) => labelOf(definition, method));
    this.#base = base;
  }

  find(method: number): RemoteMethod {
    return { target: this.#base.id, method, base: this.#base, calledProxy: undefined };
  }
}

function findRoutes(
  definition: ServiceDefinition<unknown>,
  { peer, endpoint }: CallingSession,
  target: number,
): readonly MethodRoute[] {
  const offered = peer.services[target];
  if (offered === undefined) {
    const names = peer.services.map(({ name }) => name).join(", ") || "none";
    const remedy = `add ${definition.name}.implement(…) to its \`serve\`, or connect to the server that has it`;
    const missing = `${endpoint} does not offer the service ${definition.name}; it offers: ${names}; ${remedy}`;
    return definition.methods.map(() => ({ error: new RpcError("unimplemented", missing) }));
  }
  const numbers = new Map(offered.methods.map(({ name }, number) => [name, number]));
  return definition.methods.map((own) => {
    const { name, fingerprint } = own;
    const method = numbers.get(name) ?? -1;
    const label = labelOf(definition, own);
    const theirs = offered.methods[method];
    if (theirs === undefined) {
      return {
        error: new RpcError(
          "unimplemented",
          `${endpoint} has no method ${label}: its contract has another version`,
        ),
      };
    }
    if (theirs.fingerprint !== fingerprint) {
      const drifted =
        `${label} has a different signature at ${endpoint} (${theirs.fingerprint}) than here (${fingerprint}): ` +
        "generate both sides from the same contract";
      return { error: new RpcError("failedPrecondition", drifted) };
    }
    return { target, method, base: undefined, calledProxy: undefined };
  });
}
