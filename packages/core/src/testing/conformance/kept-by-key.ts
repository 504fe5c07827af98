/** Maximum number of kept keys. A case may ask for them later; a long run must not grow. */
const maxKeys = 1000;

/** A map that drops its oldest entry. */
export class KeptByKey<V> extends Map<string, V> {
  override set(key: string, value: V): this {
    for (const oldest of this.keys()) {
      if (this.size < maxKeys) break;
      this.delete(oldest);
    }
    return super.set(key, value);
  }
}
