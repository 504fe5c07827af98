import { unwrapped } from "../../runtime/identity.js";
import type { OneShotEvent } from "./one-shot-event.js";
import type { SubscriptionEnd } from "./subscription-end.js";

/** The holder's side of an object, a function or a stream of the peer. */
export interface RemoteReference {
  /** Adds a hold. */
  retain(): void;
  /** Gives up a hold; the last one notifies the peer. Further calls have no effect. */
  release(): void;
  /** Set if the remote side can end it. */
  readonly endEvent?: OneShotEvent<SubscriptionEnd>;
  /**
   * Set for a subscription, which acts without being referred to. A program that ignores it means
   * it to go on.
   */
  readonly isSubscription?: boolean;
}

/**
 * A proxy's hold on its reference. When the last proxy of a handle is collected without having been
 * released, the reference is released too, unless it is a subscription. This is a safety net: the
 * time of a collection is unknown.
 */
class Handle {
  readonly reference: RemoteReference;

  constructor(reference: RemoteReference) {
    this.reference = reference;
    if (reference.isSubscription !== true) forgotten?.register(this, new WeakRef(reference));
  }
}

/**
 * Releases references whose proxies were collected. A registry holds its values strongly, and a
 * reference leads to its connection and to the options of `connect`, whose closures may lead back
 * to the proxy. So the value is a weak reference: an open connection holds everything that it has
 * to release, and a closed one has nothing to release.
 */
const forgotten =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry<WeakRef<RemoteReference>>((held) => held.deref()?.release());

const handles = new WeakMap<object, Handle>();

/** Makes an object the proxy of a reference. */
export function bindProxy(proxy: object, reference: RemoteReference): void {
  handles.set(proxy, new Handle(reference));
}

/**
 * Proxies in another form, by the object that they wrap. That object may become a proxy only later,
 * when its message has been read in full.
 */
const forms = new WeakMap<object, object>();

/** Makes an object a proxy of the same reference as another one, if that is or becomes a proxy. */
export function shareProxy(proxy: object, other: object): void {
  forms.set(proxy, other);
}

/** Returns the reference of a proxy, or undefined for any other object. */
export function referenceOf(value: object): RemoteReference | undefined {
  const handle = handles.get(value);
  if (handle !== undefined) return handle.reference;
  const other = forms.get(value) ?? unwrapped(value);
  return other === value ? undefined : referenceOf(other);
}

/**
 * Keeps a function, service or stream that came as an argument beyond the call that brought it.
 * Every `retain` needs a release: by `using`, or by {@link release}. A local object needs no
 * keeping and is left as it is.
 * @returns the same object.
 */
export function retain<T extends object>(reference: T): T & Disposable {
  referenceOf(reference)?.retain();
  if (!(Symbol.dispose in reference) && Object.isExtensible(reference)) {
    Object.defineProperty(reference, Symbol.dispose, { value: () => release(reference) });
  }
  return reference as T & Disposable;
}

/**
 * Releases a function, service, subscription or stream of the peer, which may then free it. Later
 * calls of it fail. Has no effect on an object that is not a reference, or that was released
 * before.
 */
export function release(reference: object): void {
  referenceOf(reference)?.release();
}
