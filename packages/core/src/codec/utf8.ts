/** Kinds of text, by the work of decoding it. */
export type TextKind = "ascii" | "utf8" | "malformed";

/** Scans UTF-8 and returns if it is ASCII, well-formed, or neither (RFC 3629). */
export function textKind(bytes: Uint8Array, start: number, end: number): TextKind {
  let at = start;
  while (at < end && (bytes[at] as number) < 0x80) at++;
  if (at === end) return "ascii";
  while (at < end) {
    const lead = bytes[at++] as number;
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return "malformed";
    // The second byte has narrower bounds after some leads: no overlong forms, no surrogates,
    // nothing above U+10FFFF.
    const second = bytes[at++] as number;
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (at > end || second < low || second > high) return "malformed";
    for (let rest = lead < 0xe0 ? 0 : lead < 0xf0 ? 1 : 2; rest > 0; rest--) {
      if (at >= end || ((bytes[at++] as number) & 0xc0) !== 0x80) return "malformed";
    }
  }
  return "utf8";
}
