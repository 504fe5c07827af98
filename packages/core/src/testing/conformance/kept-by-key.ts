/** Keeps what a case may ask for later; a long run must not make it grow. */
const maxKeys = 1000;

/** A map that forgets what was put in first. */
export class KeptByKey<V> extends Map<string, V> {
  override set(key: string, value: V): this {
    for (const oldest of this.keys()) {
      if (this.size < maxKeys) break;
      this.delete(oldest);
    }
    return super.set(key, value);
  }
}
