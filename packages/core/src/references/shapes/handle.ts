import { unwrapped } from "../../runtime/identity.js";
import type { Ending } from "./ending.js";

/** What stands in this process for an object, a function or a stream of the peer. */
export interface RemoteReference {
  /** Keeps it one longer. */
  retain(): void;
  /** Gives it up; the last one tells the peer. May be called too often. */
  release(): void;
  /** Of what may end by itself at the other side. */
  readonly ending?: Ending;
  /** A subscription acts without being referred to: who ignores what he was given for it means it to go on. */
  readonly isSubscription?: boolean;
}

/**
 * A proxy's hold on its reference. When the collector takes the last proxy of a handle that the program forgot to release, the reference goes with it,
 * unless it is a subscription: a safety net, since nobody knows when that will be.
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

/** Proxies in another form, by what they stand on: that may become a proxy only later, when its message has been read in full. */
const forms = new WeakMap<object, object>();

/** Makes an object a proxy of what another one stands for, if that is or becomes a proxy. */
export function shareProxy(proxy: object, other: object): void {
  forms.set(proxy, other);
}

/** What an object stands for; undefined if it is no proxy. */
export function referenceOf(value: object): RemoteReference | undefined {
  const handle = handles.get(value);
  if (handle !== undefined) return handle.reference;
  const other = forms.get(value) ?? unwrapped(value);
  return other === value ? undefined : referenceOf(other);
}

/**
 * Keeps a function, service or stream that came as an argument, beyond the call that brought it. Who retains it releases it: by `using`,
 * or by {@link release}. A local object, which needs no keeping, is left as it is.
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
 * Gives up a function, service, subscription or stream of the peer: it may free what stands behind it. Later calls of it fail. What is no reference, or was
 * released before, is left as it is.
 */
export function release(reference: object): void {
  referenceOf(reference)?.release();
}
