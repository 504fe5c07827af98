import type { EchoClient } from "../peers/peer.js";
import type { Stage } from "./scenario.js";

/** Connections that have answered once, made one after the other. */
export async function openMany(stage: Stage, count: number): Promise<readonly EchoClient[]> {
  const clients: EchoClient[] = [];
  const payload = new Uint8Array(64);
  while (clients.length < count) {
    const client = await stage.connect();
    await client.echo(payload);
    clients.push(client);
  }
  return clients;
}
