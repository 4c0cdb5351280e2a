import { RegistryClosedError } from "../../registry/errors.ts";
import type { LogItem } from "../../registry/gop_cache.ts";
import type { Packaging } from "../../registry/packaging.ts";
import type { MediaBatch, ReadBatch, ReadOptions } from "../../registry/reader.ts";
import type { RecordedReader } from "../../registry/recording.ts";
import type { PeerRequest, Registry } from "../../registry/registry.ts";
import { type AdmissionLimits, Admissions } from "../_transport/admission.ts";
import { HttpError } from "./errors.ts";
import {
  type Form,
  packagedBy,
  type RecordedOptions,
  RecordedSource,
  UNITS,
  type ViewerSource,
} from "./recorded_source.ts";

/** Who wants to see what. */
export interface Guest {
  /** The address without port, for the limit of viewers. */
  readonly host: string;
  readonly request: PeerRequest;
  readonly options: ReadOptions;
  /** How it takes a recording; absent where it takes none. */
  readonly recorded?: RecordedOptions;
}

/** What the registry has opened for a viewer, and may end. */
type Opened = Pick<ViewerSource<ReadBatch<unknown>>, "name" | "cut" | "close">;

/** What one viewer reads, and its place in the crowd. */
export interface Place<Reader extends Opened> {
  readonly reader: Reader;
  /** Closes the reader and gives the place away. May be called again. */
  leave(): void;
}

/** The place of a viewer who takes what comes. */
export type Seat<Media extends ReadBatch<unknown> = ReadBatch<unknown>> = Place<
  ViewerSource<Media>
>;

/** The long-lived responses of one server: how many there may be, and the way to end them all. */
export class Viewers {
  readonly #registry: Registry;
  readonly #admissions: Admissions;
  readonly #places = new Set<Place<Opened>>();
  #closed = false;

  constructor(registry: Registry, limits: AdmissionLimits) {
    this.#registry = registry;
    this.#admissions = new Admissions(limits);
  }

  get count(): number {
    return this.#places.size;
  }

  /**
   * Opens what a viewer reads: units, of a recording where there is one of the name, else live.
   *
   * @throws {HttpError} 503: there are too many viewers.
   * @throws {RegistryError} as `Registry.read` and `Registry.openRecording`.
   */
  seat(guest: Guest): Promise<Seat<MediaBatch>> {
    const { request, options } = guest;
    return this.#seat(guest, UNITS, () => this.#registry.read(request, options));
  }

  /** As `seat`, for a viewer of what `packaging` makes of the stream. */
  seatPackaged<Item extends LogItem>(
    guest: Guest,
    packaging: Packaging<Item>,
  ): Promise<Seat<ReadBatch<Item>>> {
    const { request, options } = guest;
    return this.#seat(
      guest,
      packagedBy(packaging),
      () => this.#registry.readPackaged(request, packaging, options),
    );
  }

  /** As `seat`, for a viewer who looks things up in a recording; undefined where there is none. */
  seatRecording(guest: Guest): Promise<Place<RecordedReader> | undefined> {
    return this.#admitted(guest, async (release) => {
      const reader = await this.#registry.openRecording(guest.request);
      if (reader !== undefined) return this.#add(reader, release);
      release();
      return undefined;
    });
  }

  #seat<Media extends ReadBatch<unknown>>(
    guest: Guest,
    form: Form<Media>,
    open: () => Promise<ViewerSource<Media>>,
  ): Promise<Seat<Media>> {
    return this.#admitted(
      guest,
      async (release) => this.#add(await this.#recorded(guest, form) ?? await open(), release),
    );
  }

  /** @throws {HttpError} 503: there is no room. */
  async #admitted<Result>(
    { host, request }: Guest,
    enter: (release: () => void) => Promise<Result>,
  ): Promise<Result> {
    const admission = this.#admissions.admit(host);
    if (admission.refusal !== undefined) {
      const reason = `Cannot read ${request.name}: ${admission.refusal}`;
      throw new HttpError(503, "too-many-viewers", reason);
    }
    try {
      return await enter(() => admission.release());
    } catch (error) {
      admission.release();
      throw error;
    }
  }

  async #recorded<Media extends ReadBatch<unknown>>(
    { request, recorded }: Guest,
    form: Form<Media>,
  ): Promise<ViewerSource<Media> | undefined> {
    const reader = recorded && await this.#registry.openRecording(request);
    return reader && new RecordedSource(reader, form, recorded);
  }

  #add<Reader extends Opened>(reader: Reader, release: () => void): Place<Reader> {
    const place: Place<Reader> = {
      reader,
      leave: () => {
        this.#places.delete(place);
        reader.close();
        release();
      },
    };
    this.#places.add(place);
    if (this.#closed) reader.cut(new RegistryClosedError(reader.name));
    return place;
  }

  /** Ends every viewer, present and to come, as the registry does when it closes. */
  close(): void {
    this.#closed = true;
    for (const { reader } of [...this.#places]) reader.cut(new RegistryClosedError(reader.name));
  }
}
