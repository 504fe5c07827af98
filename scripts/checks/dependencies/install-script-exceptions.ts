/** Packages that are allowed to have an install script, with the reason. */
export const INSTALL_SCRIPT_EXCEPTIONS: Readonly<Record<string, string>> = {
  // An optional part of msgpackr: native code that reads strings faster. core imports
  // `msgpackr/pack` and `msgpackr/unpack`, which never load it (a rule of the layers). So it may
  // fail or be left out: `npm install --omit=optional` works without it. Only msgpackr itself could
  // remove it.
  "msgpackr-extract": "optional, and never loaded",
  // The calls into Windows. Its script builds from source if none of its prebuilt binaries fits.
  // Every system that Node supports has one (`@koromix/koffi-*`), so `npm install --ignore-scripts`
  // gives the same result.
  koffi: "prebuilt for every supported system; the script is for others",
};
