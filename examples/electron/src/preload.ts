// Runs before the page, in a world of its own. A port cannot cross `contextBridge`, so it is passed
// on as a message to this window.
import { contextBridge, ipcRenderer } from "electron";

ipcRenderer.on("notebook:port", ({ ports }) => window.postMessage("notebook:port", "*", ports));
contextBridge.exposeInMainWorld("notebookHost", { connect: () => ipcRenderer.send("notebook:connect") });
