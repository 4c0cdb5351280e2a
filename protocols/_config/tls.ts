import type { TlsIdentity } from "../_transport/transport.ts";
import { ConfigError } from "./section.ts";

const PEM_MARK = "-----BEGIN ";

/**
 * The certificate and key of a `tls` section, read from files where the section names files.
 *
 * @throws {ConfigError} a file cannot be read, or holds no PEM.
 */
export async function loadTlsIdentity(
  section: { readonly cert: string; readonly key: string },
): Promise<TlsIdentity> {
  const [cert, key] = await Promise.all([
    loadPem("cert", section.cert),
    loadPem("key", section.key),
  ]);
  return { cert, key };
}

async function loadPem(field: "cert" | "key", value: string): Promise<string> {
  if (value.includes(PEM_MARK)) return value;
  const text = await readFile(field, value);
  if (!text.includes(PEM_MARK)) {
    throw new ConfigError(["http", "tls", field], `${value} holds no PEM`);
  }
  return text;
}

async function readFile(field: "cert" | "key", path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : String(error);
    throw new ConfigError(["http", "tls", field], `cannot read ${path}: ${why}`);
  }
}
