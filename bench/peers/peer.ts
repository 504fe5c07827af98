/** One way to call another process that is measured beside the others. */
export interface Peer {
  /** Runs in the server's process. Resolves when clients can connect. */
  serve(endpoint: string): Promise<EchoServer>;
  /** Runs in the client's process. */
  connect(endpoint: string): Promise<EchoClient>;
}

export interface EchoServer {
  /** What clients connect to, with a real port. */
  readonly endpoint: string;
  close(): Promise<void>;
}

export interface EchoClient {
  /** Resolves when as much has come back as was sent. */
  echo(payload: Uint8Array): Promise<{ readonly length: number }>;
  /** The same while the event loop stands still, where the transport can. */
  readonly echoNow?: ((payload: Uint8Array) => { readonly length: number }) | undefined;
  /** Streams so many items from the server, and resolves with the bytes that came. */
  readonly download?: (count: number, itemBytes: number) => Promise<number>;
  /** Streams so many items to the server, and resolves with the bytes that it got. */
  readonly upload?: (count: number, itemBytes: number) => Promise<number>;
  close(): Promise<void>;
}
