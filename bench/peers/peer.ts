/** One way to call another process that is measured beside the others. */
export interface Peer {
  /** Runs in the server's process. Resolves when clients can connect. */
  serve(endpoint: string): Promise<EchoServer>;
  /** Runs in the client's process. */
  connect(endpoint: string): Promise<EchoClient>;
}

export interface EchoServer {
  /** The endpoint for clients, with a real port. */
  readonly endpoint: string;
  close(): Promise<void>;
}

export interface EchoClient {
  /** Resolves when as many bytes have returned as were sent. */
  echo(payload: Uint8Array): Promise<{ readonly length: number }>;
  /** The same while the event loop stands still, if the transport supports it. */
  readonly echoNow?: ((payload: Uint8Array) => { readonly length: number }) | undefined;
  /** Streams `count` items from the server, and resolves with the bytes that arrived. */
  readonly download?: (count: number, itemBytes: number) => Promise<number>;
  /** Streams `count` items to the server, and resolves with the bytes that it received. */
  readonly upload?: (count: number, itemBytes: number) => Promise<number>;
  close(): Promise<void>;
}
