/**
 * Prints the signer of a server's program, for prove-signer.ps1: `signer-of.mjs ENDPOINT` prints
 * `signer NAME` or `nobody: REASON`. Waits up to 30 s for the server.
 */
import { connect } from "@crosspane/transports";

const [endpoint = ""] = process.argv.slice(2);
const connection = await connect(endpoint, { timeoutMs: 30_000 });
const { signer, signatureError } = connection.peer;
process.stdout.write(signer === undefined ? `nobody: ${signatureError}\n` : `signer ${signer}\n`);
await connection.close();
