import { type Connection, RpcError } from "@crosspane/transports";
import { Monitor } from "../monitor.crosspane.js";
import type { Pause } from "./pause.js";
import type { View } from "./view.js";

/** Shows the server's events, over this link and all later ones. */
export async function follow(connection: Connection, view: View, pause: Pause): Promise<void> {
  const monitor = connection.client(Monitor);
  let lastId: string | undefined;
  let lastNumber: number | undefined;

  const watchFiles = (after?: string) =>
    // A listener that has not returned has not accepted its event: that makes it slow.
    monitor.watchFiles(async (change, id) => {
      lastId = id;
      await pause.whileOn();
      const missed = change.number - (lastNumber ?? change.number - 1) - 1;
      if (missed > 0) view.note(`${missed} changes were dropped, because this dashboard was slow`);
      lastNumber = change.number;
      view.change(change);
    }, after);

  const begin = async () => {
    try {
      await watchFiles(lastId);
      if (lastId !== undefined) view.note("goes on after the last change that it has heard");
    } catch (error) {
      if (!(error instanceof RpcError && error.code === "outOfRange")) throw error;
      lastId = undefined;
      lastNumber = undefined;
      await watchFiles();
      view.note("what happened meanwhile is not known: the server is another one, or it was too much");
    }
    await monitor.watchLoad(async (load) => {
      await pause.whileOn();
      view.load(load);
    });
    view.overview(await monitor.overview());
  };

  connection.onStateChange(({ state, error }) => {
    if (state === "reconnecting")
      view.note(`the connection is lost: ${error?.message ?? "the server closed it"}`);
  });
  connection.onReconnected(begin);
  await begin();
}
