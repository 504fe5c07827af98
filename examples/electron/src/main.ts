// The main process: it starts the service, opens windows, and gives each that asks one end of a
// channel. The traffic of the channel does not pass through here.
import { join } from "node:path";
import { app, BrowserWindow, ipcMain, MessageChannelMain, utilityProcess } from "electron";

const inDist = (file: string) => join(import.meta.dirname, file);

await app.whenReady();
const notes = join(app.getPath("userData"), "notebook.jsonl");
const service = utilityProcess.fork(inDist("service.js"), [notes], { serviceName: "notebook" });
service.on("exit", () => app.quit());

ipcMain.on("notebook:connect", ({ senderFrame }) => {
  // Only pages of this program, and not a frame that one of them shows.
  const isOwn = BrowserWindow.getAllWindows().some(
    ({ webContents }) => webContents.mainFrame === senderFrame,
  );
  if (senderFrame === null || !isOwn) return;
  const { port1, port2 } = new MessageChannelMain();
  service.postMessage(null, [port1]);
  senderFrame.postMessage("notebook:port", null, [port2]);
});

for (let count = 0; count < 2; count++) {
  const window = new BrowserWindow({
    width: 480,
    height: 600,
    webPreferences: { preload: inDist("preload/preload.cjs"), sandbox: true, contextIsolation: true },
  });
  await window.loadFile(inDist("page/index.html"));
}

app.on("window-all-closed", () => app.quit());
app.on("will-quit", () => service.kill());
