import { RpcError } from "../errors/rpc-error.js";
import type { Method } from "../service/method.js";
import { parsePeerRule, unmetRules } from "../service/peer-rule.js";
import type { ServiceDefinition } from "../service/service.js";
import type { PeerInfo } from "../transport/transport.js";

/**
 * Decides if a peer may make a call. Only `true` admits it. The caller gets a returned `RpcError`,
 * otherwise `permissionDenied`.
 */
export type Authorize = (
  peer: PeerInfo,
  call: { readonly service: string; readonly method: string },
) => boolean | RpcError;

export interface AdmissionOptions {
  readonly peer: PeerInfo;
  readonly authorize: Authorize | undefined;
  /** Receives the error of an `authorize` that did not decide. */
  readonly report: (error: unknown, method: string) => void;
}

/** An object of this side that a peer passes back, with the declaration that it was given by. */
interface Own {
  readonly definition: ServiceDefinition<unknown>;
  /** See {@link Admission.refusal}. */
  readonly offered?: boolean;
}

/**
 * Decides which calls one peer may make. The rules of the contract are evaluated once for each
 * method.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #byRules = new Map<Method, RpcError | undefined>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** True if the calls of a service need to be checked. */
  concerns({ allow, methods }: ServiceDefinition<unknown>): boolean {
    return (
      this.#options.authorize !== undefined ||
      allow !== undefined ||
      methods.some((method) => method.allow !== undefined)
    );
  }

  /**
   * Returns an error if the peer may not make this call.
   * @param offered is true if the service was offered to every peer. An object by reference came
   * from a call that was admitted, so that only the contract's rules apply to it.
   */
  refusal(definition: ServiceDefinition<unknown>, method: Method, offered: boolean): RpcError | undefined {
    const refusal = this.#refusalByRules(definition, method);
    if (refusal !== undefined || !offered) return refusal;
    return this.#refusalByFunction(definition.name, method.name);
  }

  /**
   * Returns an error if the peer may not pass back a service or an object of this side. A handler
   * that receives it calls it with the rights of this side. So the peer must be allowed to call at
   * least one of the methods of the requested type, or of the object's own type if that has none.
   */
  refusalToPassBack(own: Own, asked: ServiceDefinition<unknown>): RpcError | undefined {
    const { definition, offered = false } = own;
    if (!this.concerns(definition)) return undefined;
    const { name, methods } = definition;
    const names = new Set(asked.methods.map((method) => method.name));
    let refusal: RpcError | undefined;
    for (const method of methods) {
      if (names.size > 0 && !names.has(method.name)) continue;
      refusal = this.refusal(definition, method, offered);
      if (refusal === undefined) return undefined;
    }
    if (refusal === undefined) return undefined;
    const message = `the ${name} cannot be passed back by this peer: ${refusal.message}`;
    return new RpcError(refusal.code, message, { details: refusal.details });
  }

  #refusalByRules(definition: ServiceDefinition<unknown>, method: Method): RpcError | undefined {
    if (this.#byRules.has(method)) return this.#byRules.get(method);
    const label = `${definition.name}.${method.name}`;
    const unmet = this.#unmet(definition.allow, label) ?? this.#unmet(method.allow, label);
    const refusal =
      unmet === undefined
        ? undefined
        : new RpcError("permissionDenied", `${label} may not be called by this peer. It asks for: ${unmet}`);
    this.#byRules.set(method, refusal);
    return refusal;
  }

  #unmet(rules: readonly string[] | undefined, label: string): string | undefined {
    if (rules === undefined) return undefined;
    try {
      return unmetRules(rules.map(parsePeerRule), this.#options.peer);
    } catch (thrown) {
      // A malformed rule of an offered service was found earlier; one of an object by reference is
      // found here.
      this.#options.report(thrown, label);
      return "a rule that cannot be read";
    }
  }

  #refusalByFunction(service: string, method: string): RpcError | undefined {
    const { authorize, peer, report } = this.#options;
    if (authorize === undefined) return undefined;
    const label = `${service}.${method}`;
    let decision: unknown;
    try {
      decision = authorize(peer, { service, method });
    } catch (thrown) {
      report(thrown, label);
    }
    if (decision === true) return undefined;
    if (decision instanceof RpcError) return decision;
    if (decision !== false && decision !== undefined) {
      report(
        new RpcError("internal", "authorize returned neither a boolean nor an RpcError; it cannot wait"),
        label,
      );
    }
    return new RpcError("permissionDenied", `${label} may not be called by this peer`);
  }
}
