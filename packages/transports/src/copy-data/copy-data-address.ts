import type { TransportCapabilities } from "@crosspane/core/transport";

/** The address of a transport of this kind. */
export interface CopyDataAddress {
  readonly name: string;
  readonly endpoint: string;
  readonly capabilities: TransportCapabilities;
  readonly allowLowerIntegrity: boolean;
}
