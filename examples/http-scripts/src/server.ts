import { randomBytes } from "node:crypto";
import { http } from "@crosspane/bridges/http";
import { DiskFolders } from "./disk-folders.js";
import { Folders } from "./folders.crosspane.js";

const secret = randomBytes(16).toString("hex");
const services = [Folders.implement(new DiskFolders())];
const bridge = await http({ services, secret, port: Number(process.argv[2] ?? 8080) });
console.log(`${bridge.url} ${secret}`);
process.once("SIGINT", () => bridge.close());
