import { RpcError } from "../errors/rpc-error.js";
import type { Method } from "../service/method.js";
import { parsePeerRule, unmetRules } from "../service/peer-rule.js";
import type { ServiceDefinition } from "../service/service.js";
import type { PeerInfo } from "../transport/transport.js";

/** Decides whether a peer may make a call. Only `true` admits it; an `RpcError` is what the caller gets, else it gets `permissionDenied`. */
export type Authorize = (
  peer: PeerInfo,
  call: { readonly service: string; readonly method: string },
) => boolean | RpcError;

export interface AdmissionOptions {
  readonly peer: PeerInfo;
  readonly authorize: Authorize | undefined;
  /** Told of an `authorize` that did not decide. */
  readonly report: (error: unknown, method: string) => void;
}

/** Something of this side that a peer passes back, with what it was given out as. */
interface Own {
  readonly definition: ServiceDefinition<unknown>;
  /** As in {@link Admission.refusal}. */
  readonly offered?: boolean;
}

/** Which calls one peer may make. What the contract says of it is decided once for each method. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #byRules = new Map<Method, RpcError | undefined>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Whether calls of a service have to be asked about at all. */
  concerns({ allow, methods }: ServiceDefinition<unknown>): boolean {
    return (
      this.#options.authorize !== undefined ||
      allow !== undefined ||
      methods.some((method) => method.allow !== undefined)
    );
  }

  /**
   * Why the peer may not make this call; undefined if it may.
   * @param offered the service was offered to every peer. An object that this one was given by reference came with a call that was admitted: only
   * the contract's rules are asked.
   */
  refusal(definition: ServiceDefinition<unknown>, method: Method, offered: boolean): RpcError | undefined {
    const refusal = this.#refusalByRules(definition, method);
    if (refusal !== undefined || !offered) return refusal;
    return this.#refusalByFunction(definition.name, method.name);
  }

  /**
   * Why the peer may not pass back a service or an object of this side; undefined if it may. Whoever gets it calls it in this side's name: of the methods
   * that the type asked for has, or of its own if that has none, the peer must be allowed to call one itself.
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
      // Of a service that is offered this was found before; one that came by reference is looked at here.
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
