/** The HTTP bridge: services for script hosts, curl, browsers, and anything with an HTTP client. */
export { type HttpBridge, http } from "./http.js";
export { type HttpHandler, httpHandler } from "./http-handler.js";
export type { HttpHandlerOptions, HttpOptions } from "./http-options.js";
export { httpStatus } from "./http-status.js";
