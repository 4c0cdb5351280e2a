import { openMedia } from "../../../../protocols/file/recordings/open_media.ts";
import { RandomAccessFile } from "../../../../protocols/file/recordings/random_access.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import type { Recording } from "../../../../registry/recording.ts";

/** A directory with files, gone with the test. */
export class Shelf implements AsyncDisposable {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async make(files: Readonly<Record<string, Uint8Array>> = {}): Promise<Shelf> {
    const shelf = new Shelf(await Deno.realPath(await Deno.makeTempDir()));
    for (const [name, bytes] of Object.entries(files)) await shelf.put(name, bytes);
    return shelf;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const folder = name.split("/").slice(0, -1).join("/");
    await Deno.mkdir(`${this.dir}/${folder}`, { recursive: true });
    await Deno.writeFile(`${this.dir}/${name}`, bytes);
  }

  /** Opens a file as it is now. */
  async file(name: string): Promise<RandomAccessFile> {
    const file = await Deno.open(`${this.dir}/${name}`);
    const { size } = await file.stat();
    return new RandomAccessFile(file, size);
  }

  async open(name: string, onLeftOut = () => {}): Promise<Recording> {
    return await openMedia(await this.file(name), name, onLeftOut);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** All units from a position on. */
export async function unitsOf(recording: Recording, fromMs = 0): Promise<readonly Unit[]> {
  const units: Unit[] = [];
  for await (const piece of recording.read(fromMs)) units.push(...piece);
  return units;
}

/** A WAV file of `samples` that count up, of 16 bits and one channel, or of A-law. */
export function wav(
  samples: number,
  sampleRate: number,
  format: "pcm" | "alaw" = "pcm",
): Uint8Array {
  const bytes = format === "pcm" ? 2 : 1;
  const file = new Uint8Array(44 + samples * bytes);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode("RIFF"));
  view.setUint32(4, file.length - 8, true);
  file.set(new TextEncoder().encode("WAVEfmt "), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, format === "pcm" ? 1 : 6, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * bytes, true);
  view.setUint16(32, bytes, true);
  view.setUint16(34, bytes * 8, true);
  file.set(new TextEncoder().encode("data"), 36);
  view.setUint32(40, samples * bytes, true);
  for (let i = 0; i < samples; i++) {
    if (format === "pcm") view.setUint16(44 + 2 * i, i & 0xffff, true);
    else file[44 + i] = i & 0xff;
  }
  return file;
}
