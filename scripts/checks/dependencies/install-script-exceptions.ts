/** Packages that users get although they run a script when they are installed, and why that is borne. */
export const INSTALL_SCRIPT_EXCEPTIONS: Readonly<Record<string, string>> = {
  // An optional part of msgpackr: native code that reads strings faster. core imports `msgpackr/pack` and
  // `msgpackr/unpack`, which never load it (a rule of the layers), so it may fail or be left out:
  // `npm install --omit=optional` does without it. Only msgpackr itself could stop naming it.
  "msgpackr-extract": "optional, and never loaded",
};
