export { namedPipe } from "./named-pipe-transport.js";
