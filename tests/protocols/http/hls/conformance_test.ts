// What players are given over HTTP, by the rules of RFC 8216bis.
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { MediaPlaylist } from "../../../../protocols/_formats/m3u8/playlist.ts";
import { HlsValidator, type Probe } from "../../../hls_validator.ts";
import { must } from "../../../must.ts";
import { LiveStage, withParameter } from "./live_stage.ts";
import { probeMp4, probeTs } from "./probes.ts";
import { AUDIO, OTHER_VIDEO } from "./simulated.ts";

/** A player that fetches one rendition, all that its playlists name included, as soon as it can. */
class Player {
  readonly validator: HlsValidator;
  readonly #stage: LiveStage;
  readonly #uri: string;
  readonly #media = new Map<string, Uint8Array | undefined>();
  #newest: MediaPlaylist | undefined;

  constructor(stage: LiveStage, uri: string, probe: Probe) {
    this.#stage = stage;
    this.#uri = uri;
    this.validator = new HlsValidator({ probe, fetch: (name) => this.#media.get(name) });
  }

  /** Waits for the playlist after the last one, and validates it. */
  async next(): Promise<void> {
    const text = await this.#stage.text(withParameter(this.#uri, this.#directives));
    const delta = await this.#stage.text(withParameter(this.#uri, "_HLS_skip=YES"));
    const playlist = await this.#stage.playlist(this.#uri);
    for (const name of namesIn(playlist)) await this.#fetch(name);
    this.#newest = this.validator.playlist(text);
    this.validator.delta(delta, text);
  }

  get #directives(): string {
    const playlist = this.#newest;
    if (playlist === undefined) return "";
    const msn = playlist.mediaSequence + playlist.segments.length;
    if (playlist.partTargetUs === undefined) return `_HLS_msn=${msn}`;
    return `_HLS_msn=${msn}&_HLS_part=${playlist.open?.parts.length ?? 0}`;
  }

  async #fetch(name: string): Promise<void> {
    if (!this.#media.has(name)) this.#media.set(name, await this.#stage.bytes(name));
  }
}

function namesIn({ segments, open }: MediaPlaylist): readonly string[] {
  const heads = [...segments, ...(open === undefined ? [] : [open])];
  return [
    ...heads.flatMap(({ map, parts }) => [map?.uri, ...parts.map(({ uri }) => uri)]),
    ...segments.filter(({ isGap }) => !isGap).map(({ uri }) => uri),
  ].filter((name) => name !== undefined);
}

const FORMS = [
  { entry: "index.m3u8", probe: probeMp4, playlists: 50, parts: 80 },
  { entry: "ts.m3u8", probe: probeTs, playlists: 4, parts: 0 },
] as const;

for (const { entry, probe, playlists, parts } of FORMS) {
  Deno.test(`${entry} keeps the rules over HTTP, through another configuration`, async () => {
    await using stage = await LiveStage.open();
    const { variants, renditions } = await stage.enter(entry);
    const uris = [must(variants[0]).uri, ...renditions.map(({ uri }) => must(uri))];
    const players = uris.map((uri) => new Player(stage, uri, probe));
    let isOver = false;
    let count = 0;
    const watching = players.map(async (player) => {
      while (!isOver) {
        await player.next();
        count++;
      }
    });
    await stage.play(8);
    const description = { tracks: [OTHER_VIDEO, AUDIO], metadata: {} };
    await stage.replace(description);
    await stage.play(7, { description });
    isOver = true;
    await stage.play(3, { description });
    await Promise.all(watching);
    assertEquals(players.flatMap(({ validator }) => validator.findings), []);
    assertGreater(count, playlists);
    const probed = players.map(({ validator }) => validator);
    assert(probed.every(({ probedSegments }) => probedSegments > 4));
    assertGreater(probed.reduce((sum, { probedParts }) => sum + probedParts, 0), parts - 1);
  });
}
