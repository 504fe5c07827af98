// node dist/server.js FOLDER ENDPOINT...
import { type Server, serve } from "@crosspane/transports";
import { program, stopRequest } from "@crosspane-examples/processes";
import { DiskFileIndex } from "./disk/disk-file-index.js";
import { walkTree } from "./disk/walk-tree.js";
import { FileIndex } from "./file-index.crosspane.js";
import { printReady } from "./processes/ready-line.js";

await program(async () => {
  const [folder, ...endpoints] = process.argv.slice(2);
  if (folder === undefined || endpoints.length === 0) {
    throw new Error("usage: node dist/server.js FOLDER ENDPOINT...");
  }

  const startedAt = performance.now();
  const tree = await walkTree(folder);
  const indexMs = performance.now() - startedAt;

  // One object answers at all endpoints.
  const services = [FileIndex.implement(new DiskFileIndex(tree))];
  const servers: Server[] = [];
  try {
    for (const endpoint of endpoints) servers.push(await serve(endpoint, services));
    printReady({ folder: tree.root, indexMs, endpoints: servers.map((server) => server.endpoint) });
    console.log(`stopped by ${await stopRequest()}`);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
});
