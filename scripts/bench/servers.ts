/**
 * The servers that can be measured: how each is found, told its ports, and where it then plays.
 *
 * @module
 */
import manifest from "../../deno.json" with { type: "json" };

export type PlayProtocol = "rtmp" | "flv";

export interface Ports {
  readonly rtmp: number;
  readonly http: number;
}

/** What is to be run: `folder` is a temporary one for its configuration and logs. */
export interface Place {
  readonly ports: Ports;
  readonly folder: string;
  /** Milliseconds, for servers that have the setting; their default when absent. */
  readonly merge?: number | undefined;
}

export interface ServerKind {
  readonly name: string;
  /** One of these has to be there for the server to be measured. */
  readonly programs: readonly string[];
  /** So has this one. */
  readonly needs?: string;
  /** Written to `FOLDER/config` before the start. */
  readonly config: (place: Place) => string;
  /** Arguments of the program; it must stay in the foreground. */
  readonly args: (config: string, folder: string) => readonly string[];
  readonly plays: readonly PlayProtocol[];
}

const STREAM = "live/bench";
const RTMP_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/** What `deno task start` runs, with the same permissions. */
const START_ARGUMENTS = manifest.tasks.start.replaceAll("'", "").split(" ").slice(1);

/** This gateway. */
export const SLUICE: ServerKind = {
  name: "sluice",
  programs: [Deno.execPath()],
  config: ({ ports, merge }) => {
    const section = (port: number) => JSON.stringify({ port, merge });
    return `
host: 127.0.0.1
rtmp: ${section(ports.rtmp)}
http: ${section(ports.http)}
rtsp: {port: false}
`;
  },
  args: (config) => [...START_ARGUMENTS, "--config", config, "--log-level", "warn"],
  plays: ["rtmp", "flv"],
};

/** Others, each on one thread or process where it can be told so. The first is the yardstick. */
export const PEERS: readonly ServerKind[] = [
  {
    name: "nginx",
    programs: ["/usr/sbin/nginx", "nginx"],
    needs: RTMP_MODULE,
    config: ({ ports, folder }) => `
load_module ${RTMP_MODULE};
worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 8192; }
rtmp { access_log off; server { listen 127.0.0.1:${ports.rtmp}; chunk_size 4096;
  application live { live on; } } }
`,
    args: (config, folder) => ["-p", folder, "-c", config],
    plays: ["rtmp"],
  },
  {
    name: "srs",
    programs: ["srs", "/usr/local/srs/objs/srs"],
    config: ({ ports, folder }) => `
listen ${ports.rtmp}; max_connections 8192; daemon off; srs_log_tank file;
srs_log_file ${folder}/log; pid ${folder}/pid;
http_server { enabled on; listen ${ports.http}; dir ${folder}; }
vhost __defaultVhost__ { http_remux { enabled on; mount [vhost]/[app]/[stream].flv; } }
`,
    args: (config) => ["-c", config],
    plays: ["rtmp", "flv"],
  },
  {
    name: "mediamtx",
    programs: ["mediamtx"],
    config: ({ ports }) => `
logLevel: error
rtmpAddress: 127.0.0.1:${ports.rtmp}
rtsp: no
hls: no
webrtc: no
srt: no
paths: { all_others: {} }
`,
    args: (config) => [config],
    plays: ["rtmp"],
  },
];

export function playUrl(protocol: PlayProtocol, { rtmp, http }: Ports): string {
  return protocol === "rtmp"
    ? `rtmp://127.0.0.1:${rtmp}/${STREAM}`
    : `http://127.0.0.1:${http}/${STREAM}.flv`;
}

/** Where the program of a server is; `undefined` when it is not on this machine. */
export function findProgram({ programs, needs }: ServerKind): string | undefined {
  if (needs !== undefined && !isFile(needs)) return undefined;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const candidates = programs.flatMap((program) =>
    program.startsWith("/") ? [program] : folders.map((folder) => `${folder}/${program}`)
  );
  return candidates.find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
