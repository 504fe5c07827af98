/** The part of a channel of `node:diagnostics_channel` that is used here. */
export interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(message: object): void;
}

interface RuntimeWithModules {
  readonly process?: {
    getBuiltinModule?(name: string): { channel?(name: string): DiagnosticsChannel } | undefined;
  };
}

const silent: DiagnosticsChannel = { hasSubscribers: false, publish: () => {} };

/**
 * Returns the channel with this name. Asks the runtime instead of importing, so that core loads
 * where there is no such module; no one can listen there
 * (https://nodejs.org/api/diagnostics_channel.html).
 */
export function diagnosticsChannel(name: string): DiagnosticsChannel {
  const { process } = globalThis as RuntimeWithModules;
  return process?.getBuiltinModule?.("diagnostics_channel")?.channel?.(name) ?? silent;
}
