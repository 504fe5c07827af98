import { RpcError } from "@crosspane/core/transport";
import { crypt32 } from "./crypt32.js";
import { moveFromAddress } from "./kernel32.js";
import { pointerTo } from "./load-koffi.js";
import { type Address, type Handle, invalidHandle, nullAddress } from "./types.js";
import { systemText } from "./win32-error.js";
import { wintrust } from "./wintrust.js";

/** The signer of a file, or the reason why it has no verified signer. */
export type Signature =
  | { readonly signer: string; readonly problem?: undefined }
  | { readonly signer?: undefined; readonly problem: string };

/**
 * `WINTRUST_ACTION_GENERIC_VERIFY_V2`:
 * https://learn.microsoft.com/windows/win32/api/wintrust/nf-wintrust-winverifytrust
 */
const genericVerify = Buffer.from("6bc5aa0044cdd0118cc200c04fc295ee", "hex");

/** https://learn.microsoft.com/windows/win32/api/wintrust/ns-wintrust-wintrust_file_info */
export const fileInfo = { bytes: 32, path: 8, file: 16 } as const;

/** https://learn.microsoft.com/windows/win32/api/wintrust/ns-wintrust-wintrust_data */
export const trustData = {
  bytes: 88,
  userInterface: 24,
  revocation: 28,
  choice: 32,
  file: 40,
  stateAction: 48,
  state: 56,
  flags: 72,
} as const;

const noUserInterface = 2;
const noRevocation = 0;
const choiceFile = 1;
const stateVerify = 1;
const stateClose = 2;
/** `WTD_REVOCATION_CHECK_NONE` and `WTD_CACHE_ONLY_URL_RETRIEVAL`: no network access. */
const offline = 0x10 | 0x1000;

/** https://learn.microsoft.com/windows/win32/api/wintrust/ns-wintrust-crypt_provider_sgnr */
export const providerSigner = { bytes: 64, chain: 56 } as const;
/**
 * The part that is read of
 * https://learn.microsoft.com/windows/win32/api/wintrust/ns-wintrust-crypt_provider_cert
 */
export const providerCertificate = { bytes: 16, certificate: 8 } as const;
/**
 * The part that is read of
 * https://learn.microsoft.com/windows/win32/api/wincrypt/ns-wincrypt-cert_chain_context
 */
export const chainContext = { bytes: 12, errors: 4 } as const;

/**
 * Errors that leave a chain untrusted: revoked, no valid signature, untrusted root, cyclic,
 * partial, distrusted. Expiry is left to WinVerifyTrust, which knows when the file was signed. See
 * https://learn.microsoft.com/windows/win32/api/wincrypt/ns-wincrypt-cert_trust_status.
 */
const untrustedChain = 0x4 | 0x8 | 0x20 | 0x80 | 0x1_0000 | 0x400_0000;

/**
 * `CERT_NAME_SIMPLE_DISPLAY_TYPE`:
 * https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certgetnamestringw
 */
const simpleDisplayName = 4;

/**
 * See winerror.h and
 * https://learn.microsoft.com/windows/win32/seccrypto/certificate-and-trust-return-values.
 */
const problems: ReadonlyMap<number, string> = new Map([
  [0x800b_0100, "is not signed"],
  [0x800b_0003, "is not signed"],
  [0x8009_6010, "was changed after it was signed"],
]);
const untrusted = "is signed, but this machine does not trust the authority that certified its signer";

/**
 * Reads and verifies the Authenticode signature embedded in a program: the hash of the whole file,
 * and the chain of certificates up to a root that this machine trusts. Blocks this thread while it
 * reads the file. Uses no network, so revocations are not looked up.
 * @param path names the file in messages.
 * @param file open for reading.
 * @throws {RpcError} `unimplemented` if the system lacks these functions, `internal` if their
 * structures have an unexpected size.
 */
export function readSignature(path: string, file: Handle): Signature {
  const data = verifyRequest(path, file);
  const { winVerifyTrust } = wintrust();
  const outcome = winVerifyTrust(invalidHandle, genericVerify, data) >>> 0;
  try {
    if (outcome !== 0) return { problem: `its program ${path} ${describeOutcome(outcome)}` };
    return trustedSigner(path, Number(data.readBigUInt64LE(trustData.state)) as Address);
  } finally {
    data.writeUInt32LE(stateClose, trustData.stateAction);
    winVerifyTrust(invalidHandle, genericVerify, data);
  }
}

/** Builds the request in one buffer, so that everything it points to stays alive with it. */
function verifyRequest(path: string, file: Handle): Buffer {
  const pathText = Buffer.from(`${path}\0`, "utf16le");
  const data = Buffer.alloc(trustData.bytes + fileInfo.bytes + pathText.length);
  const start = BigInt(pointerTo(data));
  data.writeUInt32LE(trustData.bytes, 0);
  data.writeUInt32LE(noUserInterface, trustData.userInterface);
  data.writeUInt32LE(noRevocation, trustData.revocation);
  data.writeUInt32LE(choiceFile, trustData.choice);
  data.writeBigUInt64LE(start + BigInt(trustData.bytes), trustData.file);
  data.writeUInt32LE(stateVerify, trustData.stateAction);
  data.writeUInt32LE(offline, trustData.flags);
  const info = data.subarray(trustData.bytes);
  info.writeUInt32LE(fileInfo.bytes, 0);
  info.writeBigUInt64LE(start + BigInt(trustData.bytes + fileInfo.bytes), fileInfo.path);
  info.writeBigInt64LE(BigInt(file), fileInfo.file);
  pathText.copy(info, fileInfo.bytes);
  return data;
}

/**
 * Returns the signer of a verified file. Checks the chain again: settings of the machine may make
 * WinVerifyTrust accept less, and Wine always accepts less.
 */
function trustedSigner(path: string, state: Address): Signature {
  const { provDataFromStateData, getProvSignerFromChain, getProvCertFromChain } = wintrust();
  const provider = provDataFromStateData(state);
  const signer = provider === nullAddress ? nullAddress : getProvSignerFromChain(provider, 0, 0, 0);
  if (signer === nullAddress) return { problem: `its program ${path} has a signature without a signer` };
  const chain = pointerIn(read(signer, providerSigner.bytes), providerSigner.chain);
  const errors =
    chain === nullAddress ? undefined : read(chain, chainContext.bytes).readUInt32LE(chainContext.errors);
  if (errors === undefined || (errors & untrustedChain) !== 0)
    return { problem: `its program ${path} ${untrusted}` };
  const entry = getProvCertFromChain(signer, 0);
  const certificate =
    entry === nullAddress
      ? nullAddress
      : pointerIn(read(entry, providerCertificate.bytes), providerCertificate.certificate);
  const name = certificate === nullAddress ? "" : displayName(certificate);
  return name === ""
    ? { problem: `its program ${path} is signed by a certificate without a name` }
    : { signer: name };
}

function displayName(certificate: Address): string {
  const { certGetNameString } = crypt32();
  const chars = certGetNameString(certificate, simpleDisplayName, 0, null, null, 0);
  const name = Buffer.alloc(chars * 2);
  const written = certGetNameString(certificate, simpleDisplayName, 0, null, name, chars);
  return name.toString("utf16le", 0, Math.max(0, written - 1) * 2);
}

function describeOutcome(outcome: number): string {
  const known = problems.get(outcome);
  if (known !== undefined) return known;
  const code = `0x${outcome.toString(16)}`;
  return `has a signature that cannot be verified: WinVerifyTrust ${code} (${systemText(outcome)})`;
}

/** Reads the beginning of a structure that starts with its own size. */
function read(address: Address, bytes: number): Buffer {
  const copy = Buffer.alloc(bytes);
  moveFromAddress(copy, address, bytes);
  if (copy.readUInt32LE(0) < bytes) {
    throw new RpcError("internal", "WinVerifyTrust returned a structure that is too short");
  }
  return copy;
}

function pointerIn(structure: Buffer, offset: number): Address {
  return Number(structure.readBigUInt64LE(offset)) as Address;
}
