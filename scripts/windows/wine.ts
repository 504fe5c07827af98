/** A Wine that the lane can use. */
export interface Wine {
  /** The root folder that it lives in: "/" for the system's own. */
  readonly root: string;
  /** Its loader, as seen from that root. */
  readonly loader: string;
  /** Its version string, such as "wine-10.0 (Debian 10.0~repack-6)". */
  readonly version: string;
}
