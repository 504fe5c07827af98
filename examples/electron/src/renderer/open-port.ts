declare global {
  interface Window {
    /** The function that `preload.ts` gives to the page. */
    readonly notebookHost: { connect(): void };
  }
}

/** Asks for a port to the service. */
export function openPort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    const onMessage = ({ source, data, ports: [port] }: MessageEvent) => {
      if (source !== window || data !== "notebook:port" || port === undefined) return;
      window.removeEventListener("message", onMessage);
      resolve(port);
    };
    window.addEventListener("message", onMessage);
    window.notebookHost.connect();
  });
}
