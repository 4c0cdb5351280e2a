import type { CodecConfig } from "../../../../registry/media/codec.ts";
import { sameConfig } from "../../../../registry/media/config_equal.ts";

/** Remembers the configuration of a track, and which frame is the first to have a new one. */
export class ConfigWatch<C extends CodecConfig> {
  #known: C | undefined;
  #told: C | undefined;

  /** @param told what SDP said already */
  constructor(told: C | undefined) {
    this.#known = told;
    this.#told = told;
  }

  get known(): C | undefined {
    return this.#known;
  }

  /** Takes what packets say, which may be nothing or the same again. */
  learn(config: C | undefined): void {
    if (config !== undefined) this.#known = config;
  }

  /** For a frame that is going out: `config` when no frame before it had it. */
  news(): { readonly config?: C } {
    const known = this.#known;
    if (known === undefined || (this.#told !== undefined && sameConfig(known, this.#told))) {
      return {};
    }
    this.#told = known;
    return { config: known };
  }
}
