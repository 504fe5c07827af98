import { release } from "@crosspane/core";
import type { ApartmentThread, ApartmentUser } from "./apartment-thread.js";
import {
  type ContractMethod,
  type ContractType,
  type ContractTypes,
  type InterfaceId,
  type ScriptObject,
  type ServiceObject,
  type TypeId,
  voidType,
} from "./contract-types.js";
import { isServiceObject, mapReferences } from "./map-references.js";
import type { ApartmentEvent } from "./messages.js";

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** An object of the service that scripts hold, or a function. */
interface Held {
  readonly target: object;
  /** Undefined for a function. */
  readonly of: InterfaceId | undefined;
  readonly methods: readonly ContractMethod[];
}

/** Makes the calls of scripts as a client of the services, and lets these call the scripts. */
export class CallRouter implements ApartmentUser {
  readonly #contract: ContractTypes;
  readonly #held = new Map<number, Held>();
  /** Gives up the objects of scripts that the services have given up. */
  readonly #collected = new FinalizationRegistry<() => void>((giveUp) => giveUp());
  #last: number;

  /** @param clients clients of the services, in the order of the contract. */
  constructor(contract: ContractTypes, clients: readonly object[]) {
    this.#contract = contract;
    clients.forEach((target, of) => {
      const { methods } = contract.interfaces[of] as (typeof contract.interfaces)[number];
      this.#held.set(of + 1, { target, of, methods });
    });
    this.#last = clients.length;
  }

  /** Number of objects and functions of the services that scripts hold. */
  get size(): number {
    return this.#held.size - this.#contract.services;
  }

  async call(
    thread: ApartmentThread,
    { object, method, args }: Extract<ApartmentEvent, { readonly kind: "call" }>,
  ): Promise<unknown> {
    const held = this.#held.get(object) as Held;
    const isSubscription =
      held.of !== undefined && this.#contract.interfaces[held.of]?.isSubscription === true;
    if (isSubscription) return (held.target as Disposable)[Symbol.dispose]();
    const declared = held.methods[method] as ContractMethod;
    const given = args.map((value, place) =>
      this.#toService(thread, value, typeOfArgument(declared, place, args)),
    );
    const { onItem } = declared;
    const run = (values: readonly unknown[]) =>
      held.of === undefined
        ? (held.target as AnyFunction)(...values)
        : (held.target as Readonly<Record<string, AnyFunction>>)[declared.name]?.(...values);
    if (onItem !== undefined) return eachItem(run(given.slice(0, -1)), given.at(-1) as AnyFunction);
    return this.#toScript(await run(given), declared.result);
  }

  released(object: number): void {
    const held = this.#held.get(object);
    this.#held.delete(object);
    if (held === undefined) return;
    // A subscription goes on: a script may keep only its function.
    const isSubscription =
      held.of !== undefined && this.#contract.interfaces[held.of]?.isSubscription === true;
    if (!isSubscription) release(held.target);
  }

  /** Replaces the objects of a value of the service by numbers. */
  #toScript(value: unknown, type: TypeId): unknown {
    return mapReferences(this.#contract, type, value, (target, declared): ServiceObject => {
      const object = ++this.#last;
      this.#held.set(object, this.#describe(target, declared));
      return { serviceObject: object };
    });
  }

  #describe(target: object, declared: ContractType): Held {
    if (declared.kind === "function") return { target, of: undefined, methods: [declared.method] };
    const { of } = declared as ContractType & { readonly kind: "reference" };
    return { target, of, methods: this.#contract.interfaces[of]?.methods ?? [] };
  }

  /** Replaces the numbers of a script's value by objects. */
  #toService(thread: ApartmentThread, value: unknown, type: TypeId): unknown {
    return mapReferences(this.#contract, type, value, (found, declared) => {
      if (isServiceObject(found)) return this.#held.get(found.serviceObject)?.target;
      const { scriptObject } = found as ScriptObject;
      const made =
        declared.kind === "function"
          ? this.#scriptMethod({ thread, scriptObject, member: undefined, method: declared.method })
          : this.#scriptService(thread, scriptObject, declared);
      this.#collected.register(made, () => thread.releaseScriptObject(scriptObject));
      return made;
    });
  }

  #scriptService(thread: ApartmentThread, scriptObject: number, declared: ContractType): object {
    const { methods } = this.#describe({}, declared);
    const made: Record<string | symbol, AnyFunction> = {
      // The service is done with it: nothing waits for the garbage collector.
      [Symbol.dispose]: () => thread.releaseScriptObject(scriptObject),
    };
    for (const method of methods) {
      const call = this.#scriptMethod({ thread, scriptObject, member: method.name, method });
      // The object lives as long as one of its methods runs.
      made[method.name] = (...args) => Promise.resolve(call(...args)).finally(() => made);
    }
    return made;
  }

  /** Returns a function that calls a script's. */
  #scriptMethod(of: {
    readonly thread: ApartmentThread;
    readonly scriptObject: number;
    readonly member: string | undefined;
    readonly method: ContractMethod;
  }): AnyFunction {
    const { thread, scriptObject, member, method } = of;
    return async (...args) => {
      const result = await thread.invoke({
        scriptObject,
        member,
        args: args.map((value, place) => {
          const type = typeOfArgument(method, place, args);
          return { type, value: this.#toScript(value, type) };
        }),
        result: method.result === voidType ? undefined : method.result,
      });
      return this.#toService(thread, result, method.result);
    };
  }
}

/** Calls a function with each item; it may return false to stop. Returns the number of items. */
async function eachItem(stream: unknown, onItem: AnyFunction): Promise<number> {
  let items = 0;
  for await (const item of stream as AsyncIterable<unknown>) {
    items += 1;
    if ((await onItem(item)) === false) break;
  }
  return items;
}

function typeOfArgument({ params, onItem }: ContractMethod, place: number, args: readonly unknown[]): TypeId {
  if (onItem !== undefined && place === args.length - 1) return onItem;
  return (params[place] ?? params.at(-1))?.type ?? voidType;
}
