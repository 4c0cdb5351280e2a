import { RegistryClosedError } from "../../registry/errors.ts";
import type { LogItem } from "../../registry/gop_cache.ts";
import type { Packaging } from "../../registry/packaging.ts";
import type { MediaBatch, ReadBatch, ReadOptions } from "../../registry/reader.ts";
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

/** What one viewer reads, and its place in the crowd. */
export interface Seat<Media extends ReadBatch<unknown> = ReadBatch<unknown>> {
  readonly reader: ViewerSource<Media>;
  /** Closes the reader and gives the place away. May be called again. */
  leave(): void;
}

/** The long-lived responses of one server: how many there may be, and the way to end them all. */
export class Viewers {
  readonly #registry: Registry;
  readonly #admissions: Admissions;
  readonly #seats = new Set<Seat>();
  #closed = false;

  constructor(registry: Registry, limits: AdmissionLimits) {
    this.#registry = registry;
    this.#admissions = new Admissions(limits);
  }

  get count(): number {
    return this.#seats.size;
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

  async #seat<Media extends ReadBatch<unknown>>(
    guest: Guest,
    form: Form<Media>,
    open: () => Promise<ViewerSource<Media>>,
  ): Promise<Seat<Media>> {
    const admission = this.#admissions.admit(guest.host);
    if (admission.refusal !== undefined) {
      const reason = `Cannot read ${guest.request.name}: ${admission.refusal}`;
      throw new HttpError(503, "too-many-viewers", reason);
    }
    try {
      const reader = await this.#recorded(guest, form) ?? await open();
      return this.#add(reader, () => admission.release());
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

  #add<Media extends ReadBatch<unknown>>(
    reader: ViewerSource<Media>,
    release: () => void,
  ): Seat<Media> {
    const seat: Seat<Media> = {
      reader,
      leave: () => {
        this.#seats.delete(seat);
        reader.close();
        release();
      },
    };
    this.#seats.add(seat);
    if (this.#closed) reader.cut(new RegistryClosedError(reader.name));
    return seat;
  }

  /** Ends every viewer, present and to come, as the registry does when it closes. */
  close(): void {
    this.#closed = true;
    for (const { reader } of [...this.#seats]) reader.cut(new RegistryClosedError(reader.name));
  }
}
