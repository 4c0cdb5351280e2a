import type { Address } from "./transport.ts";

/** As the transport tells addresses; of a socket that has none, as a Unix one, an empty host. */
export function toAddress(addr: Deno.Addr): Address {
  return "hostname" in addr ? { host: addr.hostname, port: addr.port } : { host: "", port: 0 };
}

/** Why the system refused, for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "the port is in use";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.ConnectionRefused) return "connection refused";
  return error instanceof Error ? error.message : String(error);
}

/** See `Transport.localHosts`. */
export function localHosts(): readonly string[] {
  try {
    return Deno.networkInterfaces().map(({ address }) => address);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return [];
    throw error;
  }
}
