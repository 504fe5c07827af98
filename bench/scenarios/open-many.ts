import type { EchoClient } from "../peers/peer.js";
import type { Stage } from "./scenario.js";

/** Opens connections, one after the other, each after the first reply of the one before. */
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
