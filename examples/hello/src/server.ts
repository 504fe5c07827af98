import { serve } from "@crosspane/transports";
import { Hello } from "./hello.crosspane.js";

const server = await serve(process.argv[2] ?? "pipe:hello", [
  Hello.implement({
    greet: async (name) => `Hello ${name}, this is process ${process.pid}.`,
  }),
]);
console.log(`Listening at ${server.endpoint}`);
process.once("SIGINT", () => server.close());
