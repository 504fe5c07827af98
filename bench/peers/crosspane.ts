import { connect, serve } from "@crosspane/transports";
import { Echo } from "../echo.crosspane.js";
import type { Peer } from "./peer.js";

/** This project: generated code over the transport that the endpoint names. */
export const crosspane: Peer = {
  serve: (endpoint) => serve(endpoint, [Echo.implement({ echo: async (payload) => payload })]),
  async connect(endpoint) {
    const connection = await connect(endpoint);
    const stub = connection.client(Echo);
    return {
      echo: (payload) => stub.echo(payload),
      close: () => connection.close(),
    };
  },
};
