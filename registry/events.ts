import type { RegistryErrorCode } from "./errors.ts";

/** A peer of a stream, as events and snapshots name it. */
export interface Peer {
  /** Unique in its registry. */
  readonly id: number;
  readonly protocol: string;
  readonly remote: string;
}

/** What happened in the registry, in the order in which it happened. */
export type RegistryEvent =
  | { readonly type: "published"; readonly name: string; readonly peer: Peer }
  /** The publisher dropped; readers are kept for the grace time. */
  | { readonly type: "interrupted"; readonly name: string; readonly peer: Peer }
  /** A publisher came back within the grace time, or took the name over. */
  | { readonly type: "resumed"; readonly name: string; readonly peer: Peer }
  | { readonly type: "unpublished"; readonly name: string }
  | { readonly type: "read"; readonly name: string; readonly peer: Peer }
  | { readonly type: "unread"; readonly name: string; readonly peer: Peer }
  /** A slow reader lost units: it goes on at a later key unit. */
  | {
    readonly type: "dropped";
    readonly name: string;
    readonly peer: Peer;
    readonly units: number;
  }
  | {
    readonly type: "refused";
    readonly name: string;
    readonly action: "publish" | "read";
    readonly protocol: string;
    readonly remote: string;
    readonly code: RegistryErrorCode;
    readonly reason: string;
  }
  /** An on-demand source ended with an error. */
  | { readonly type: "source-failed"; readonly name: string; readonly reason: string };

/** Is told what happens. What it throws goes to `RegistryOptions.onInternalError`. */
export type RegistryListener = (event: RegistryEvent) => void;

/** A list of listeners. One that throws is its own problem: the others and the sender go on. */
export class EventHub {
  readonly #listeners = new Set<RegistryListener>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Calls `listener` for every event from now on, until the returned function is called. */
  subscribe(listener: RegistryListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(event: RegistryEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
