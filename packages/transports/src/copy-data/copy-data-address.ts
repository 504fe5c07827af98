import type { TransportCapabilities } from "@crosspane/core/transport";

/** What a transport of this kind is bound to. */
export interface CopyDataAddress {
  readonly name: string;
  readonly endpoint: string;
  readonly capabilities: TransportCapabilities;
  readonly allowLowerIntegrity: boolean;
}
