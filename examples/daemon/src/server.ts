import { serve } from "@crosspane/transports";
import { Digests } from "./digests.crosspane.js";
import { RememberedDigests } from "./remembered-digests.js";

const [endpoint = "pipe:digests", idleTimeoutMs = "60000"] = process.argv.slice(2);
await serve(endpoint, [Digests.implement(new RememberedDigests())], { idleTimeoutMs: Number(idleTimeoutMs) });
