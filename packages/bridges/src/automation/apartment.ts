import { receiveMessageOnPort } from "node:worker_threads";
import {
  type Address,
  coGetInterfaceAndReleaseStream,
  coInitializeEx,
  coMarshalInterThreadInterfaceInStream,
  coRegisterClassObject,
  coRevokeClassObject,
  coUninitialize,
  registerActiveObject,
  revokeActiveObject,
} from "@crosspane/transports/win32";
import { callScriptObject } from "./call-script-object.js";
import { ClassFactory } from "./class-factory.js";
import { releaseReference } from "./com-interfaces.js";
import { type ComBehavior, ComObjects } from "./com-objects.js";
import { ServiceFailure } from "./dispatch-errors.js";
import { type DispatchBehavior, DispatchMethods } from "./dispatch-methods.js";
import { DispatchObjects } from "./dispatch-objects.js";
import { ValueFitter } from "./fit-value.js";
import { guidBytes, interfaceIds } from "./guid.js";
import { assertOk } from "./hresults.js";
import { type ApartmentEvent, type ApartmentStart, cells, type Order } from "./messages.js";
import { pointerAt, pointerBytes } from "./native-memory.js";
import { dispatchMessages, sleepUntilMessage } from "./pump-messages.js";
import { ScriptFailure } from "./script-calls.js";
import { ScriptObjects } from "./script-objects.js";
import { ServiceReferences } from "./service-references.js";

/** https://learn.microsoft.com/windows/win32/api/objbase/ne-objbase-coinit */
const apartmentThreaded = 2;
/** https://learn.microsoft.com/windows/win32/api/wtypesbase/ne-wtypesbase-clsctx */
const localServer = 4;
/** https://learn.microsoft.com/windows/win32/api/combaseapi/ne-combaseapi-regcls */
const multipleUse = 1;
/** Ends a wait that no event has ended. */
const longestSleepMs = 1_000;

type Answer = Extract<Order, { readonly kind: "result" | "failure" }>;

/**
 * A thread that COM calls: a single-threaded apartment. It blocks while the program answers a call,
 * and handles further calls meanwhile. Therefore the answer of the newest of them comes first.
 */
export class Apartment {
  readonly #start: ApartmentStart;
  readonly #scripts: ScriptObjects;
  readonly #objects: ComObjects<ComBehavior>;
  readonly #dispatch: DispatchObjects;
  readonly #factory: ClassFactory;
  readonly #references: ServiceReferences;
  readonly #fitter: ValueFitter;
  readonly #answers = new Map<number, Answer>();
  readonly #cleanup: (() => void)[] = [];
  #calls = 0;

  constructor(start: ApartmentStart) {
    this.#start = start;
    this.#scripts = new ScriptObjects(start.cells);
    this.#objects = new ComObjects(start.cells);
    const references = new ServiceReferences(start.contract, (object) =>
      this.#post({ kind: "released", object }),
    );
    const dispatch = new DispatchMethods(this.#objects, {
      source: start.progId,
      otherCode: start.internalCode,
    });
    const fitter = new ValueFitter(start.contract, this.#scripts, (object) => this.#dispatch.valueOf(object));
    this.#dispatch = new DispatchObjects({
      contract: start.contract,
      objects: this.#objects as ComObjects<DispatchBehavior>,
      dispatch,
      references,
      fitter,
      call: (object, method, args) => this.#call(object, method, args),
    });
    this.#factory = new ClassFactory((iid, to) => this.#create(iid, to));
    this.#references = references;
    this.#fitter = fitter;
  }

  /** Runs until the program ends it. */
  run(): void {
    assertOk("CoInitializeEx", coInitializeEx(null, apartmentThreaded));
    try {
      const factory = this.#objects.create(this.#factory);
      if (this.#start.isActive) this.#registerActive();
      this.#post({ kind: "ready", factory: this.#start.isFirst ? undefined : marshal(factory) });
      while (!this.#isOver) {
        dispatchMessages();
        this.#takeOrders();
        if (!this.#isOver) sleepUntilMessage(this.#start.wakeEvent, longestSleepMs);
      }
      for (const clean of this.#cleanup.reverse()) clean();
      this.#objects.disconnect();
      this.#scripts.releaseAll();
      this.#objects.release(factory);
    } finally {
      coUninitialize();
    }
  }

  get #isOver(): boolean {
    return Atomics.load(this.#start.cells, cells.quit) === 1;
  }

  #post(event: ApartmentEvent): void {
    this.#start.port.postMessage(event);
  }

  /** Carries out the orders that have arrived. */
  #takeOrders(): void {
    for (let next = this.#receive(); next !== undefined; next = this.#receive()) {
      const { message: order } = next;
      switch (order.kind) {
        case "result":
        case "failure":
          this.#answers.set(order.call, order);
          break;
        case "invoke":
          this.#invoke(order);
          break;
        case "releaseScriptObject":
          this.#scripts.release(order.scriptObject);
          break;
        case "publish":
          this.#publish(order.factories);
      }
    }
  }

  #receive(): { readonly message: Order } | undefined {
    return receiveMessageOnPort(this.#start.port);
  }

  /** Makes a call of the program. Calls of COM are handled until its answer is there. */
  #call(object: number, method: number, args: readonly unknown[]): unknown {
    const call = ++this.#calls;
    this.#post({ kind: "call", call, object, method, args });
    for (;;) {
      this.#takeOrders();
      const answer = this.#answers.get(call);
      if (answer !== undefined) {
        this.#answers.delete(call);
        if (answer.kind === "failure") throw new ServiceFailure(answer.code, answer.message);
        return answer.value;
      }
      if (this.#isOver) throw new Error("the program has closed this class");
      sleepUntilMessage(this.#start.wakeEvent, longestSleepMs);
      dispatchMessages();
    }
  }

  #invoke(order: Extract<Order, { readonly kind: "invoke" }>): void {
    const { call } = order;
    try {
      const value = callScriptObject(order, {
        scripts: this.#scripts,
        references: this.#references,
        fitter: this.#fitter,
        writer: this.#dispatch.writer,
      });
      this.#post({ kind: "invoked", call, value });
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      const isGone = thrown instanceof ScriptFailure && thrown.isGone;
      this.#post({ kind: "invokeFailed", call, message, isGone });
    }
  }

  #create(iid: Address, to: Address): number {
    const object = this.#dispatch.createRoot();
    const result = this.#objects.queryInterface(object, iid, to);
    this.#objects.release(object);
    return result;
  }

  /** Registers the class, so that clients can create its objects. */
  #publish(factories: readonly number[]): void {
    try {
      this.#factory.others = factories.map((stream) => this.#unmarshal(stream as Address));
      const own = this.#objects.create(this.#factory);
      const cookie = new Uint32Array(1);
      const { clsid } = this.#start;
      assertOk(
        "CoRegisterClassObject",
        coRegisterClassObject(guidBytes(clsid), own, localServer, multipleUse, cookie),
      );
      this.#cleanup.push(() => {
        coRevokeClassObject(cookie[0] as number);
        this.#objects.release(own);
      });
      this.#post({ kind: "published" });
    } catch (thrown) {
      this.#post({ kind: "failed", message: (thrown as Error).message });
    }
  }

  #unmarshal(stream: Address): Address {
    const place = new BigUint64Array(1);
    const iid = guidBytes(interfaceIds.classFactory);
    assertOk("CoGetInterfaceAndReleaseStream", coGetInterfaceAndReleaseStream(stream, iid, place));
    const factory = addressIn(place);
    this.#cleanup.push(() => releaseReference(factory));
    return factory;
  }

  /** Puts an object into the running object table, for `GetActiveObject`. */
  #registerActive(): void {
    const object = this.#dispatch.createRoot();
    const cookie = new Uint32Array(1);
    const { clsid } = this.#start;
    assertOk("RegisterActiveObject", registerActiveObject(object, guidBytes(clsid), strong, cookie));
    this.#cleanup.push(() => {
      revokeActiveObject(cookie[0] as number, null);
      this.#objects.release(object);
    });
  }
}

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-registeractiveobject */
const strong = 0;

/** Returns a stream that another thread gets the object from. */
function marshal(factory: Address): number {
  const place = new BigUint64Array(1);
  const iid = guidBytes(interfaceIds.classFactory);
  assertOk(
    "CoMarshalInterThreadInterfaceInStream",
    coMarshalInterThreadInterfaceInStream(iid, factory, place),
  );
  return addressIn(place);
}

function addressIn(place: BigUint64Array): Address {
  return pointerAt(Buffer.from(place.buffer, 0, pointerBytes), 0);
}
