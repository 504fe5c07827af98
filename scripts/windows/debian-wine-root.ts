import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { isOnPath } from "../bootstrap/run-tied.mjs";
import { runQuietly } from "../terminal/run-quietly.ts";
import { canInstallDebianPackages, installDebianPackages, NONINTERACTIVE } from "./debian-packages.ts";
import { LaneUnavailableError } from "./lane-unavailable-error.ts";
import { makeOnce } from "./make-once.ts";
import { inNamespaces } from "./namespaces.ts";
import type { Wine } from "./wine.ts";

/** The first Debian whose Wine is new enough. */
const SUITE = "trixie";
/** Change it with the recipe below, so that roots of the older recipe are not used. */
const RECIPE = 1;

/**
 * Returns a Wine in a small Debian of its own, under the user's cache folder.
 *
 * @throws LaneUnavailableError
 */
export async function debianWineRoot(): Promise<Wine> {
  if (!canInstallDebianPackages()) {
    throw new LaneUnavailableError(
      "Wine 10 or newer was not found: install it, name one by CROSSPANE_WINE, or run as root on Debian or Ubuntu to have a private one made.",
    );
  }
  const root = await makeOnce({
    kind: "wine-root",
    key: `${SUITE}-${RECIPE}`,
    title: "Making a private Wine 10 (about a minute, once)",
    keep: 1,
    make: async (folder, note) => {
      if (!isOnPath("debootstrap")) {
        note("installing debootstrap");
        await installDebianPackages(["debootstrap", "debian-archive-keyring"]);
      }
      // In namespaces of its own a killed set-up leaves no process and no mount in the folder.
      const run = { env: NONINTERACTIVE, onLine: note };
      await runQuietly(inNamespaces(["debootstrap", "--variant=minbase", SUITE, folder]), run);
      await writeFile(path.join(folder, "etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
      await runQuietly(inNamespaces(["sh", "-euc", INSTALL_WINE, "sh", folder]), run);
      await rm(path.join(folder, "tmp"), { recursive: true });
    },
  });
  const version = readFileSync(path.join(root, VERSION_FILE), "utf8").trim();
  return { root, loader: "/usr/bin/wine", version };
}

const VERSION_FILE = "etc/crosspane-wine-version";

const INSTALL_WINE = `
  mount -t proc proc "$1/proc"
  chroot "$1" apt-get install --yes --no-install-recommends wine wine64
  chroot "$1" apt-get clean
  WINEDEBUG=-all XDG_RUNTIME_DIR=/tmp chroot "$1" wine --version > "$1/${VERSION_FILE}"
`;
