/** What the gateway listens on. */
export interface Endpoint {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
}

/** A track, as `/api/v1/streams` has it. */
export interface TrackSummary {
  readonly kind: string;
  readonly codec: string;
  readonly unitsPerSecond: number;
  readonly profile?: string;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
}

/** One entry of `/api/v1/streams`, as far as pages show it. */
export interface StreamSummary {
  readonly name: string;
  readonly state: string;
  readonly publisher?: {
    readonly protocol: string;
    readonly remote: string;
    readonly since: number;
  };
  readonly source?: string;
  readonly tracks: readonly TrackSummary[];
  readonly bitrate: number;
  readonly readers: readonly unknown[];
}

/** A stream name as part of a URL path. */
export function encodeName(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

/** The name in the path of a page of ours, `/play/live/cam1`. */
export function nameOfPage(prefix: string): string {
  const path = location.pathname.slice(prefix.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** @returns empty when the gateway does not say. */
export async function fetchEndpoints(): Promise<readonly Endpoint[]> {
  return await fetchJson<readonly Endpoint[]>("/api/v1/endpoints") ?? [];
}

/** @returns `undefined` when the gateway does not answer. */
export function fetchStreams(): Promise<readonly StreamSummary[] | undefined> {
  return fetchJson("/api/v1/streams");
}

/** @returns `undefined` when there is no such stream, or the gateway does not say. */
export function fetchStream(name: string): Promise<StreamSummary | undefined> {
  return fetchJson(`/api/v1/streams/${encodeName(name)}`);
}

async function fetchJson<T>(path: string): Promise<T | undefined> {
  try {
    const response = await fetch(path);
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
