import type { TlsIdentity } from "../_transport/transport.ts";
import { ConfigError } from "./section.ts";

const PEM_MARK = "-----BEGIN ";

/**
 * The certificate and key of a `tls` section, read from files where the section names files.
 *
 * @param owner name of the section that the `tls` section stands in, for messages.
 * @throws {ConfigError} a file cannot be read, or holds no PEM.
 */
export async function loadTlsIdentity(
  owner: string,
  section: { readonly cert: string; readonly key: string },
): Promise<TlsIdentity> {
  return {
    cert: await loadPem([owner, "tls", "cert"], section.cert),
    key: await loadPem([owner, "tls", "key"], section.key),
  };
}

async function loadPem(field: readonly string[], value: string): Promise<string> {
  if (value.includes(PEM_MARK)) return value;
  const text = await readFile(field, value);
  if (!text.includes(PEM_MARK)) throw new ConfigError(field, `${value} holds no PEM`);
  return text;
}

async function readFile(field: readonly string[], path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : String(error);
    throw new ConfigError(field, `cannot read ${path}: ${why}`);
  }
}
