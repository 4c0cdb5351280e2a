import { RegistryClosedError } from "../../registry/errors.ts";
import type { Reader, ReadOptions } from "../../registry/reader.ts";
import type { PeerRequest, Registry } from "../../registry/registry.ts";
import { type AdmissionLimits, Admissions } from "../_transport/admission.ts";
import { HttpError } from "./errors.ts";

/** One viewer's reader, and its place in the crowd. */
export interface Seat {
  readonly reader: Reader;
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
   * Opens a registry reader for a viewer at `host`.
   *
   * @throws {HttpError} 503: there are too many viewers.
   * @throws {RegistryError} as `Registry.read`.
   */
  async seat(host: string, request: PeerRequest, options: ReadOptions): Promise<Seat> {
    const admission = this.#admissions.admit(host);
    if (admission.refusal !== undefined) {
      const reason = `Cannot read ${request.name}: ${admission.refusal}`;
      throw new HttpError(503, "too-many-viewers", reason);
    }
    try {
      const reader = await this.#registry.read(request, options);
      return this.#add(reader, () => admission.release());
    } catch (error) {
      admission.release();
      throw error;
    }
  }

  #add(reader: Reader, release: () => void): Seat {
    const seat: Seat = {
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
