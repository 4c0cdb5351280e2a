import { type Document, isNode, LineCounter, parseDocument, YAMLMap } from "yaml";
import { ConfigError } from "./protocol.ts";

/** A config file is written by hand: more than this is a mistake. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** A mistake in a config file: file, line, field, what was expected and what was found. */
export class ConfigFileError extends Error {
  override readonly name = "ConfigFileError";
  constructor(readonly file: string, readonly line: number, readonly reason: string) {
    super(`${file}:${line}: ${reason}`);
  }
}

/** A config file: its content as plain data, and the way back from a field to its line. */
export interface ConfigFile {
  readonly value: unknown;
  /** Tells where in the file a mistake is. */
  locate(error: ConfigError): ConfigFileError;
}

/**
 * Parses a YAML (or JSON) config file.
 *
 * @param file name for messages.
 * @throws {ConfigFileError} when it is not YAML, or not a mapping.
 */
export function parseConfigFile(file: string, text: string): ConfigFile {
  if (text.length > MAX_CONFIG_BYTES) {
    throw new ConfigFileError(file, 1, `the file is larger than ${MAX_CONFIG_BYTES} bytes`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const [fault] = document.errors;
  if (fault !== undefined) throw new ConfigFileError(file, lineAt(fault.pos[0]), fault.message);
  const value = plainValue(document, file);
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new ConfigFileError(file, 1, "expected sections such as `rtmp:`, found something else");
  }
  return {
    value,
    locate: (error) => {
      const offset = offsetOf(document.contents, error.path);
      return new ConfigFileError(file, lineAt(offset), error.message);
    },
  };
}

/** What is left when aliases are resolved, which `yaml` does up to a bound. */
function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new ConfigFileError(file, 1, error.message);
  }
}

/** Where a field begins: its key, or the nearest thing above it that the file has. */
function offsetOf(root: unknown, path: readonly (string | number)[]): number {
  let node = root;
  let offset = 0;
  for (const step of path) {
    if (node instanceof YAMLMap) {
      const pair = node.items.find(({ key }) => String(key) === String(step));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      const item = isNode(node) && "get" in node ? node.get(step, true) : undefined;
      if (!isNode(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}
