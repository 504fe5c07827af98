export { program } from "./program.js";
export { stopRequest } from "./stop-request.js";
