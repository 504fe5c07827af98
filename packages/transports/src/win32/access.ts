/**
 * Access to what a transport creates: the user of this process (the default), further users or
 * groups by name (`DOMAIN\name`, `name`) or SID, or a security descriptor in the syntax of
 * https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format. A security
 * descriptor is used unchanged: one that grants all (`GA`, `FA`) or generic write (`GW`) on a pipe
 * lets those users pose as the server.
 */
export type Access = "currentUser" | { readonly users: readonly string[] } | { readonly sddl: string };
