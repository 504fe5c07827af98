/** Packages that users get although they run a script when they are installed, and why that is borne. */
export const INSTALL_SCRIPT_EXCEPTIONS: Readonly<Record<string, string>> = {
  // An optional part of msgpackr: native code that reads strings faster. core imports `msgpackr/pack` and
  // `msgpackr/unpack`, which never load it (a rule of the layers), so it may fail or be left out:
  // `npm install --omit=optional` does without it. Only msgpackr itself could stop naming it.
  "msgpackr-extract": "optional, and never loaded",
  // The calls into Windows. Its script builds from source where none of its prebuilt binaries fits; for every system that
  // Node supports there is one (`@koromix/koffi-*`), so `npm install --ignore-scripts` gives the same result.
  koffi: "prebuilt for every supported system; the script is for others",
};
