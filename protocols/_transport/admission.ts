/** How many connections one server takes. */
export interface AdmissionLimits {
  readonly total: number;
  readonly perAddress: number;
}

/** High enough for a crowd behind one address translator, low enough to leave descriptors over. */
export const DEFAULT_ADMISSION_LIMITS: AdmissionLimits = { total: 10_000, perAddress: 5_000 };

/** Leave to hold one connection; `release()` when it has ended. */
export interface Admission {
  /** Why the peer is not welcome; absent when it is. */
  readonly refusal?: string;
  release(): void;
}

/** Counts the connections of one server, in all and by address. */
export class Admissions {
  readonly #limits: AdmissionLimits;
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes one place for `host`, or says why there is none. */
  admit(host: string): Admission {
    const { total, perAddress } = this.#limits;
    const ofAddress = this.#byAddress.get(host) ?? 0;
    if (this.#total >= total) return refuse(`the limit of ${total} connections is reached`);
    if (ofAddress >= perAddress) {
      return refuse(`the limit of ${perAddress} connections from ${host} is reached`);
    }
    this.#total++;
    this.#byAddress.set(host, ofAddress + 1);
    let held = true;
    return {
      release: () => {
        if (held) this.#release(host);
        held = false;
      },
    };
  }

  #release(host: string): void {
    this.#total--;
    const left = (this.#byAddress.get(host) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(host);
    else this.#byAddress.set(host, left);
  }
}

function refuse(refusal: string): Admission {
  return { refusal, release: () => {} };
}
