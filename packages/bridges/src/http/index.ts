export { httpStatus } from "./http-status.js";
