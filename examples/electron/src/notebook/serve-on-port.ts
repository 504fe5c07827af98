import { serve } from "@crosspane/core";
import { type MessagePortLike, messagePort } from "@crosspane/transports/message-port";
import { Notebook } from "../notebook.crosspane.js";

/** Serves a notebook at one more port. The server ends with the port. */
export async function serveOnPort(notebook: Notebook, port: MessagePortLike): Promise<void> {
  await serve(messagePort(port), [Notebook.implement(notebook)]);
}
