type Bytes = Uint8Array<ArrayBuffer>;

/** Gives back what was put elsewhere; undefined where it is gone. */
export type Load = () => Promise<Bytes | undefined>;

/** Bytes to be sent. */
export interface Readable {
  /** Those in memory; undefined where they are elsewhere. */
  readonly bytes: Bytes | undefined;
  /** Undefined where they are gone. */
  read(): Promise<Bytes | undefined>;
}

/** Bytes that never change, wherever they are: in memory, or elsewhere so that memory is free. */
export class Body implements Readable {
  readonly size: number;
  #bytes: Bytes | undefined;
  #load: Load | undefined;
  #loading: Promise<Bytes | undefined> | undefined;
  /** What was loaded last, for as long as somebody is being sent it. */
  #loaded: WeakRef<Bytes> | undefined;

  /** @param bytes shared by all who are sent them. */
  constructor(bytes: Bytes) {
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  get bytes(): Bytes | undefined {
    return this.#bytes;
  }

  /** Frees the memory: from now on the bytes come from elsewhere. */
  moveTo(load: Load): void {
    this.#load = load;
    this.#bytes = undefined;
  }

  /** The bytes, loaded once for all who ask meanwhile; undefined where they are gone. */
  async read(): Promise<Bytes | undefined> {
    const known = this.#bytes ?? this.#loaded?.deref();
    if (known !== undefined || this.#load === undefined) return known;
    this.#loading ??= this.#reload(this.#load);
    return await this.#loading;
  }

  /** A view of some of them, which lasts as long as they do. */
  slice(offset: number, size: number): Readable {
    const view = (bytes: Bytes | undefined) => bytes?.subarray(offset, offset + size);
    const { bytes } = this;
    return { bytes: view(bytes), read: async () => view(await this.read()) };
  }

  async #reload(load: Load): Promise<Bytes | undefined> {
    try {
      const bytes = await load();
      this.#loaded = bytes && new WeakRef(bytes);
      return bytes;
    } finally {
      this.#loading = undefined;
    }
  }
}
