import { connect, resolveTransport, serve, synchronous } from "@crosspane/transports";
import { Echo } from "../echo.crosspane.js";
import type { Peer } from "./peer.js";

/** This project: generated code over the transport that the endpoint names. */
export const crosspane: Peer = {
  serve: (endpoint) =>
    serve(endpoint, [Echo.implement({ echo: async (payload) => payload, items, upload: bytesOf })]),
  async connect(endpoint) {
    const transport = await resolveTransport(endpoint);
    const connection = await connect(transport);
    const stub = connection.client(Echo);
    const blocking = synchronous(stub);
    return {
      echo: (payload) => stub.echo(payload),
      echoNow: transport.capabilities.synchronousCall ? (payload) => blocking.echo(payload) : undefined,
      download: (count, itemBytes) => bytesOf(stub.items(count, itemBytes)),
      upload: (count, itemBytes) => stub.upload(items(count, itemBytes)),
      close: () => connection.close(),
    };
  },
};

async function* items(count: number, itemBytes: number): AsyncGenerator<Uint8Array> {
  const item = new Uint8Array(itemBytes).map((_, index) => index);
  for (let i = 0; i < count; i++) yield item;
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const item of stream) bytes += item.length;
  return bytes;
}
