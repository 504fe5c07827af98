import { X509Certificate } from "node:crypto";
import { moveFromAddress } from "../win32/kernel32.js";
import { loadLibrary } from "../win32/load-koffi.js";
import { type Address, nullAddress } from "../win32/types.js";

const { declare } = loadLibrary("crypt32.dll");

/** https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-cryptqueryobject */
const cryptQueryObject: (
  objectType: number,
  object: string,
  contentTypes: number,
  formatTypes: number,
  flags: number,
  encoding: null,
  contentType: null,
  formatType: null,
  store: BigUint64Array,
  message: null,
  context: null,
) => number = declare(
  "int __stdcall CryptQueryObject(uint32_t objectType, const char16_t *object, uint32_t contentTypes, uint32_t formatTypes, uint32_t flags, void *encoding, void *contentType, void *formatType, void *store, void *message, void *context)",
);

/** https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certenumcertificatesinstore */
const certEnumCertificatesInStore: (store: Address, previous: Address) => Address = declare(
  "uintptr_t __stdcall CertEnumCertificatesInStore(uintptr_t store, uintptr_t previous)",
);

/** https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certopenstore */
const certOpenStore: (
  provider: number,
  encoding: number,
  cryptography: number,
  flags: number,
  name: string,
) => Address = declare(
  "uintptr_t __stdcall CertOpenStore(uintptr_t provider, uint32_t encoding, uintptr_t cryptography, uint32_t flags, const char16_t *name)",
);

/** https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certaddcertificatecontexttostore */
const certAddCertificateContextToStore: (
  store: Address,
  certificate: Address,
  disposition: number,
  added: null,
) => number = declare(
  "int __stdcall CertAddCertificateContextToStore(uintptr_t store, uintptr_t certificate, uint32_t disposition, void *added)",
);

/** https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certclosestore */
const certCloseStore: (store: Address, flags: number) => number = declare(
  "int __stdcall CertCloseStore(uintptr_t store, uint32_t flags)",
);

/**
 * `CERT_STORE_PROV_SYSTEM_W`, `CERT_SYSTEM_STORE_CURRENT_USER`, and
 * `CERT_STORE_ADD_REPLACE_EXISTING`.
 */
const systemStore = 10;
const currentUser = 1 << 16;
const replaceExisting = 3;
/** A file, an embedded signature, in binary. */
const query = { file: 1, embeddedSignature: 1 << 10, binary: 2 } as const;

/**
 * Makes this user trust the root certificate that the signature of this Node contains, which
 * Windows trusts by default. Only for a Wine prefix of the tests, which is deleted afterwards:
 * Windows would ask the user.
 */
export function trustOwnNode(): void {
  const signed = new BigUint64Array(1);
  const { file, embeddedSignature, binary } = query;
  const program = process.execPath;
  if (
    cryptQueryObject(file, program, embeddedSignature, binary, 0, null, null, null, signed, null, null) === 0
  ) {
    throw new Error(`${program} has no signature`);
  }
  const certificates = Number(signed[0]) as Address;
  const roots = certOpenStore(systemStore, 0, 0, currentUser, "Root");
  let added = 0;
  for (
    let certificate = certEnumCertificatesInStore(certificates, nullAddress);
    certificate !== nullAddress;
    certificate = certEnumCertificatesInStore(certificates, certificate)
  ) {
    const parsed = new X509Certificate(encoded(certificate));
    if (!parsed.checkIssued(parsed)) continue;
    if (certAddCertificateContextToStore(roots, certificate, replaceExisting, null) === 0) {
      throw new Error(`the root ${parsed.subject} could not be added`);
    }
    added++;
  }
  certCloseStore(roots, 0);
  certCloseStore(certificates, 0);
  if (added === 0) throw new Error(`the signature of ${program} does not bring its root along`);
}

/** https://learn.microsoft.com/windows/win32/api/wincrypt/ns-wincrypt-cert_context */
function encoded(certificate: Address): Buffer {
  const context = Buffer.alloc(24);
  moveFromAddress(context, certificate, context.length);
  const bytes = Buffer.alloc(context.readUInt32LE(16));
  moveFromAddress(bytes, Number(context.readBigUInt64LE(8)) as Address, bytes.length);
  return bytes;
}
