import { connect } from "@crosspane/transports";
import { Hello } from "./hello.crosspane.js";

await using connection = await connect(process.argv[2] ?? "pipe:hello");
const hello = connection.client(Hello);
console.log(await hello.greet(`process ${process.pid}`));
