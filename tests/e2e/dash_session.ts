import { basename, dirname } from "node:path";
import { bareFramesOf } from "./bare_frames.ts";
import type { Frame, Frames } from "./frames.ts";

/** Between two looks at a manifest that will change. */
const POLL_MS = 200;

interface Representation {
  readonly id: string;
  readonly init: string;
  /** With `$Number$` in it. */
  readonly media: string;
  readonly first: number;
  readonly count: number;
}

/** The representations of a manifest of one period, with a timeline each. */
function representationsOf(manifest: string): readonly Representation[] {
  const sets = manifest.matchAll(/<Representation id="(\w+)".*?<\/Representation>/gs);
  return [...sets].map(([text, id = ""]) => {
    const attribute = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(text)?.[1] ?? "";
    return {
      id,
      init: attribute("initialization"),
      media: attribute("media"),
      first: Number(attribute("startNumber")),
      count: text.split("<S ").length - 1,
    };
  });
}

/**
 * Plays DASH to its end: all segments of each representation, in a file `FILE.ID`. FFmpeg, which other
 * tests play DASH with, does not see that a manifest has become static.
 */
export class DashSession implements AsyncDisposable {
  readonly #url: string;
  readonly #file: string;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  constructor(url: string, file: string) {
    this.#url = url;
    this.#file = file;
    this.#ended = this.#play();
    this.#ended.catch(() => {});
  }

  succeed(): Promise<void> {
    return this.#ended;
  }

  async #play(): Promise<void> {
    const taken = new Map<string, number>();
    for (;;) {
      const manifest = new TextDecoder().decode(await this.#fetch(this.#url));
      for (const representation of representationsOf(manifest)) {
        await this.#take(representation, taken);
      }
      if (manifest.includes(' type="static"')) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #take(
    { id, init, media, first, count }: Representation,
    taken: Map<string, number>,
  ): Promise<void> {
    const next = taken.get(id) ?? first;
    const numbers = Array.from({ length: first + count - next }, (_, index) => next + index);
    const names = numbers.map((number) => media.replace("$Number$", `${number}`));
    const path = `${this.#file}.${id}`;
    if (!taken.has(id)) names.unshift(init);
    for (const name of names) {
      const bytes = await this.#fetch(new URL(name, this.#url).href);
      await Deno.writeFile(path, bytes, { append: true });
    }
    taken.set(id, first + count);
  }

  async #fetch(url: string): Promise<Uint8Array> {
    const response = await fetch(url, { signal: this.#abort.signal });
    if (response.ok) return await response.bytes();
    throw new Error(`${url}: ${response.status} ${await response.text()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#ended.catch(() => {});
  }
}

/** The frames of all representations that a session has put beside `file`. */
export async function dashFrames(file: string): Promise<Frames> {
  const frames = new Map<string, readonly Frame[]>();
  for await (const { name } of Deno.readDir(dirname(file))) {
    if (!name.startsWith(`${basename(file)}.`)) continue;
    for (const [track, list] of await bareFramesOf(`${dirname(file)}/${name}`)) {
      frames.set(track, list);
    }
  }
  return frames;
}
