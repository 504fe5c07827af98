import { connect, resolveTransport, serve, synchronous } from "@crosspane/transports";
import { Echo } from "../echo.crosspane.js";
import type { Peer } from "./peer.js";

/** This project: generated code over the transport that the endpoint names. */
export const crosspane: Peer = {
  serve: (endpoint) => serve(endpoint, [Echo.implement({ echo: async (payload) => payload })]),
  async connect(endpoint) {
    const transport = await resolveTransport(endpoint);
    const connection = await connect(transport);
    const stub = connection.client(Echo);
    const blocking = synchronous(stub);
    return {
      echo: (payload) => stub.echo(payload),
      echoNow: transport.capabilities.synchronousCall ? (payload) => blocking.echo(payload) : undefined,
      close: () => connection.close(),
    };
  },
};
