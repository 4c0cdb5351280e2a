/**
 * The servers that can be measured: how each is found, told its ports, and where it then plays.
 *
 * @module
 */
import manifest from "../../deno.json" with { type: "json" };

/** RTSP with RTP in the connection (`tcp`) or in datagrams (`udp`). */
export const PLAY_PROTOCOLS = ["rtmp", "flv", "ts", "mp4", "rtsp-tcp", "rtsp-udp", "whep"] as const;
export type PlayProtocol = typeof PLAY_PROTOCOLS[number];

export interface Ports {
  readonly rtmp: number;
  readonly http: number;
  readonly rtsp: number;
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
  readonly args: (config: string, place: Place) => readonly string[];
  readonly plays: readonly PlayProtocol[];
  /** The port that is listened on when it is ready; that of RTMP when absent. */
  readonly ready?: keyof Ports;
}

const STREAM = "live/bench";
const RTMP_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

const GST_SERVER = new URL("gst_rtsp_server.py", import.meta.url).pathname;
/** Debian's `gir1.2-gst-rtsp-server-1.0`. */
const GST_RTSP_BINDING =
  `/usr/lib/${Deno.build.arch}-linux-gnu/girepository-1.0/GstRtspServer-1.0.typelib`;

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
rtsp: ${JSON.stringify({ port: ports.rtsp, rtpPort: 0, merge })}
webrtc: { port: 0 }
`;
  },
  args: (config) => [...START_ARGUMENTS, "--config", config, "--log-level", "warn"],
  plays: PLAY_PROTOCOLS,
};

function nginxConfig({ ports, folder }: Place): string {
  return `
load_module ${RTMP_MODULE};
worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 8192; }
rtmp { access_log off; server { listen 127.0.0.1:${ports.rtmp}; chunk_size 4096;
  application live { live on; } } }
`;
}

/** Others, each on one thread or process where it can be told so. The first is the yardstick. */
export const PEERS: readonly ServerKind[] = [
  {
    name: "nginx",
    programs: ["/usr/sbin/nginx", "nginx"],
    needs: RTMP_MODULE,
    config: nginxConfig,
    args: (config, { folder }) => ["-p", folder, "-c", config],
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
    plays: ["rtmp", "flv", "ts"],
  },
  {
    name: "mediamtx",
    programs: ["mediamtx"],
    config: ({ ports }) => `
logLevel: error
rtmpAddress: 127.0.0.1:${ports.rtmp}
rtspAddress: 127.0.0.1:${ports.rtsp}
hls: no
webrtc: no
srt: no
paths: { all_others: {} }
`,
    args: (config) => [config],
    plays: ["rtmp", "rtsp-tcp", "rtsp-udp"],
  },
  {
    name: "gstreamer",
    programs: ["/usr/bin/python3"],
    needs: GST_RTSP_BINDING,
    config: nginxConfig,
    args: (config, { folder, ports }) => [
      GST_SERVER,
      folder,
      config,
      publishUrl(ports),
      String(ports.rtsp),
    ],
    plays: ["rtsp-tcp", "rtsp-udp"],
  },
];

/** nginx as it serves the files of `dir`, in one process. */
export function nginxOf(name: string, dir: string): ServerKind {
  return {
    name,
    programs: ["/usr/sbin/nginx", "nginx"],
    ready: "http",
    config: ({ ports, folder }) => `
worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
${Deno.uid() === 0 ? "user root;" : ""}
events { worker_connections 4096; }
http { sendfile on; tcp_nopush on; access_log off;
  server { listen 127.0.0.1:${ports.http}; root ${dir}; } }
`,
    args: (config, { folder }) => ["-p", folder, "-c", config],
    plays: [],
  };
}

/** Where the stream is published: to every server over RTMP. */
export function publishUrl({ rtmp }: Ports): string {
  return `rtmp://127.0.0.1:${rtmp}/${STREAM}`;
}

export function playUrl(protocol: PlayProtocol, ports: Ports): string {
  switch (protocol) {
    case "rtmp":
      return publishUrl(ports);
    case "flv":
    case "ts":
    case "mp4":
      return `http://127.0.0.1:${ports.http}/${STREAM}.${protocol}`;
    case "rtsp-tcp":
    case "rtsp-udp":
      return `rtsp://127.0.0.1:${ports.rtsp}/${STREAM}`;
    case "whep":
      return `whep://127.0.0.1:${ports.http}/${STREAM}/whep`;
  }
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
