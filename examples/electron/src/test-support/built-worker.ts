/** The built worker, because a thread starts from a built file. */
const { startWorker }: typeof import("../start-worker.js") = await import(
  new URL("../../dist/start-worker.js", import.meta.url).href
);

export const builtWorker = startWorker;
