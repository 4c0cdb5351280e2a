import { join } from "node:path";
import { assertWritable } from "../../_config/permissions.ts";
import { ConfigError, type ThrottledLog } from "../../protocol.ts";
import { newSecret } from "./guarded_format.ts";
import { removeIfThere, SegmentFolder } from "./segment_folder.ts";

/**
 * The one entry of the configured directory that is ours, with all that is in it. Hidden, so that nobody
 * is sent it should that be the media directory too.
 */
const OWN_ENTRY = ".sluice-hls";

/** Bytes of a stream name that names of folders show: with the rest, less than `NAME_MAX`. */
const MAX_LABEL_BYTES = 200;

const FIELD = ["http", "hls", "directory"] as const;

/** The directory that `http.hls.directory` names: a folder for each stream and format that is watched. */
export class SegmentDirectory {
  readonly #root: string;
  readonly #log: ThrottledLog;
  readonly #folders = new Set<SegmentFolder>();

  private constructor(root: string, log: ThrottledLog) {
    this.#root = root;
    this.#log = log;
  }

  /**
   * Begins with nothing: what a run has left behind that did not end well is removed.
   *
   * @throws {ConfigError} it cannot be written to.
   */
  static async open(dir: string, log: ThrottledLog): Promise<SegmentDirectory> {
    await assertWritable(FIELD, dir);
    const root = join(dir, OWN_ENTRY);
    try {
      await removeIfThere(root);
      await Deno.mkdir(root, { recursive: true });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigError(FIELD, `expected a directory that can be written to: ${reason}`);
    }
    return new SegmentDirectory(root, log);
  }

  /** A folder of its own for a muxer, whatever others there are of the stream. */
  folder(stream: string): SegmentFolder {
    const folder: SegmentFolder = new SegmentFolder({
      path: join(this.#root, `${labelOf(stream)}~${newSecret()}`),
      log: this.#log,
      onClosed: () => void this.#folders.delete(folder),
    });
    this.#folders.add(folder);
    return folder;
  }

  /** Removes all that there is. */
  async close(): Promise<void> {
    const folders = [...this.#folders];
    for (const folder of folders) folder.close();
    await Promise.all(folders.map(({ done }) => done));
    await removeIfThere(this.#root);
  }
}

/** What people can tell the stream by: its name as one segment of a path, cut where it is too long. */
function labelOf(stream: string): string {
  const label = stream.replaceAll("/", "~");
  const { read } = new TextEncoder().encodeInto(label, new Uint8Array(MAX_LABEL_BYTES));
  return label.slice(0, read);
}
