/** @service */
export interface Hello {
  /** A greeting for somebody. */
  greet(name: string): Promise<string>;
}
