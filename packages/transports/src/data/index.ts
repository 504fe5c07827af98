export type { FileTicket } from "./file-ticket.js";
export { type OpenedFile, openFile } from "./open-file.js";
export { type FileSource, type PublishedFile, publishFile } from "./publish-file.js";
