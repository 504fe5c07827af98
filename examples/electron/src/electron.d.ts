/**
 * The part of Electron that this example uses, so that it compiles without Electron. Delete it
 * where Electron is installed: Electron brings its own types.
 */
declare module "electron" {
  /** https://www.electronjs.org/docs/latest/api/message-port-main */
  interface MessagePortMain {
    postMessage(message: unknown, transfer?: MessagePortMain[]): void;
    on(type: "message", listener: (event: { readonly data: unknown }) => void): this;
    on(type: "close", listener: () => void): this;
    start(): void;
    close(): void;
  }

  class MessageChannelMain {
    readonly port1: MessagePortMain;
    readonly port2: MessagePortMain;
  }

  interface WebFrameMain {
    postMessage(channel: string, message: unknown, transfer?: MessagePortMain[]): void;
  }

  interface WebContents {
    readonly mainFrame: WebFrameMain;
  }

  class BrowserWindow {
    constructor(options: {
      readonly width: number;
      readonly height: number;
      readonly webPreferences: {
        readonly preload: string;
        readonly sandbox: boolean;
        readonly contextIsolation: boolean;
      };
    });
    static getAllWindows(): BrowserWindow[];
    readonly webContents: WebContents;
    loadFile(path: string): Promise<void>;
  }

  interface UtilityProcess {
    postMessage(message: unknown, transfer?: MessagePortMain[]): void;
    on(type: "exit", listener: (code: number) => void): this;
    kill(): boolean;
  }

  const utilityProcess: {
    fork(
      modulePath: string,
      args: readonly string[],
      options: { readonly serviceName: string },
    ): UtilityProcess;
  };

  const app: {
    whenReady(): Promise<void>;
    getPath(name: "userData"): string;
    quit(): void;
    on(type: "window-all-closed" | "will-quit", listener: () => void): void;
  };

  const ipcMain: {
    on(channel: string, listener: (event: { readonly senderFrame: WebFrameMain | null }) => void): void;
  };

  const ipcRenderer: {
    send(channel: string): void;
    on(channel: string, listener: (event: { readonly ports: MessagePort[] }) => void): void;
  };

  const contextBridge: {
    exposeInMainWorld(name: string, api: unknown): void;
  };
}
