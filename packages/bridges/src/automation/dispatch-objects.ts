import { type Address, nullAddress } from "@crosspane/transports/win32";
import type { ComObjects } from "./com-objects.js";
import {
  type ContractMethod,
  type ContractTypes,
  type ServiceObject,
  type TypeId,
  typeAt,
  voidType,
} from "./contract-types.js";
import { DispatchError } from "./dispatch-errors.js";
import type { DispatchBehavior, DispatchMethods, Invocation, Member } from "./dispatch-methods.js";
import type { ValueFitter } from "./fit-value.js";
import { hresults } from "./hresults.js";
import { readArguments } from "./read-arguments.js";
import type { ServiceReferences } from "./service-references.js";
import { defaultMember } from "./variant-layout.js";
import { type ObjectMaker, VariantWriter } from "./write-variant.js";

/** Name of the member that ends a subscription. */
export const closeMember = "close";

/** Makes a call of the program and waits for its answer. */
export type CallService = (object: number, method: number, args: readonly unknown[]) => unknown;

/** Parts that objects share. */
export interface DispatchParts {
  readonly contract: ContractTypes;
  readonly objects: ComObjects<DispatchBehavior>;
  readonly dispatch: DispatchMethods;
  readonly references: ServiceReferences;
  readonly fitter: ValueFitter;
  readonly call: CallService;
}

/** Makes the objects of this thread that scripts call. */
export class DispatchObjects implements ObjectMaker {
  readonly writer: VariantWriter;
  readonly #parts: DispatchParts;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.writer = new VariantWriter(parts.contract, this);
  }

  /** Returns the object that a client begins with: the service, or one with a property for each. */
  createRoot(): Address {
    const { contract, objects } = this.#parts;
    return objects.create(contract.services === 1 ? this.#service(1, 0) : this.#root());
  }

  forReference(value: unknown, type: TypeId): Address {
    const { contract, objects } = this.#parts;
    const { serviceObject } = value as ServiceObject;
    const declared = typeAt(contract, type);
    if (declared.kind === "function") return objects.create(this.#function(serviceObject, declared.method));
    if (declared.kind === "reference") return objects.create(this.#service(serviceObject, declared.of));
    return nullAddress;
  }

  forRecord(value: object, type: TypeId | undefined): Address {
    return this.#parts.objects.create(this.#record(value as Readonly<Record<string, unknown>>, type));
  }

  /** Returns the value that an object of this thread stands for. */
  valueOf(object: Address): object | undefined {
    const behavior = this.#parts.objects.behaviorOf(object);
    return behavior !== undefined && "value" in behavior ? (behavior.value as object) : undefined;
  }

  #root(): DispatchBehavior {
    const { contract } = this.#parts;
    const services = contract.interfaces.slice(0, contract.services);
    return {
      ...this.#base(services.map(({ name }) => ({ name, params: [] }))),
      invoke: (member, { args, result }) => {
        if (services[member - 1] === undefined) throw new DispatchError(hresults.memberNotFound);
        if (args.length > 0) throw new DispatchError(hresults.badParamCount);
        if (result === nullAddress) return;
        this.writer.writeObject(result, this.#parts.objects.create(this.#service(member, member - 1)));
      },
      released: () => {},
    };
  }

  #service(object: number, of: number): DispatchBehavior & { readonly value: ServiceObject } {
    const { contract, references } = this.#parts;
    const { methods, isSubscription } = contract.interfaces[of] as (typeof contract.interfaces)[number];
    const members = isSubscription ? [{ name: closeMember, params: [] }] : methods.map(memberOf);
    references.retain(object);
    return {
      ...this.#base(members),
      value: { serviceObject: object },
      invoke: (member, invocation) => {
        const method = isSubscription && member === 1 ? closeMethod : methods[member - 1];
        if (method === undefined) throw new DispatchError(hresults.memberNotFound);
        this.#call(object, { method, index: member - 1 }, invocation);
      },
      released: () => references.release(object),
    };
  }

  #function(object: number, method: ContractMethod): DispatchBehavior & { readonly value: ServiceObject } {
    const { references } = this.#parts;
    references.retain(object);
    return {
      ...this.#base([]),
      value: { serviceObject: object },
      invoke: (member, invocation) => {
        if (member !== defaultMember) throw new DispatchError(hresults.memberNotFound);
        this.#call(object, { method, index: 0 }, invocation);
      },
      released: () => references.release(object),
    };
  }

  #record(
    value: Readonly<Record<string, unknown>>,
    id: TypeId | undefined,
  ): DispatchBehavior & { readonly value: object } {
    const { contract, references } = this.#parts;
    const type = id === undefined ? undefined : typeAt(contract, id);
    const fields = type?.kind === "object" ? type.fields : undefined;
    const itemType = type?.kind === "record" ? type.item : undefined;
    const names = fields?.map(({ name }) => name) ?? Object.keys(value);
    references.retainIn(value, id);
    return {
      ...this.#base(names.map((name) => ({ name, params: [] }))),
      value,
      invoke: (member, { args, result }) => {
        const name = names[member - 1];
        if (name === undefined) throw new DispatchError(hresults.memberNotFound);
        if (args.length > 0) throw new DispatchError(hresults.badParamCount);
        const fieldType = fields?.[member - 1]?.type ?? itemType;
        if (result !== nullAddress) this.writer.write(result, value[name], fieldType);
      },
      released: () => references.releaseIn(value, id),
    };
  }

  #call(
    object: number,
    { method, index }: { readonly method: ContractMethod; readonly index: number },
    { args, result }: Invocation,
  ): void {
    const { references, fitter, call } = this.#parts;
    const value = call(object, index, readArguments(method, args, fitter));
    references.retainIn(value, method.result);
    try {
      if (result !== nullAddress) this.writer.write(result, value, method.result);
    } finally {
      references.releaseIn(value, method.result);
    }
  }

  #base(members: readonly Member[]): Pick<DispatchBehavior, "iid" | "methods" | "members"> {
    const { iid, methods } = this.#parts.dispatch;
    return { iid, methods, members };
  }
}

/** Ends a subscription; it is called by the number 0. */
const closeMethod: ContractMethod = {
  name: closeMember,
  kind: "unary",
  params: [],
  result: voidType,
  onItem: undefined,
};

function memberOf({ name, params }: ContractMethod): Member {
  return { name, params: params.map((param) => param.name) };
}
