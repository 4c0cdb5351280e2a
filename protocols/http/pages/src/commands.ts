import { encodeName, type Endpoint } from "./api.ts";

/** What a command or an address is for, and its text. */
export type Command = readonly [what: string, text: string];

/** Where the gateway is reached, as the page sees it. */
export interface Place {
  /** `http://host:8080` */
  readonly origin: string;
  readonly hostname: string;
  readonly endpoints: readonly Endpoint[];
}

/** The URL of a stream by a protocol, over TLS only where there is nothing else. */
function urlOf(
  scheme: "rtmp" | "rtsp",
  name: string,
  { hostname, endpoints }: Place,
): string | undefined {
  const endpoint = endpoints.find((one) => one.scheme === scheme) ??
    endpoints.find((one) => one.scheme === `${scheme}s`);
  return endpoint && `${endpoint.scheme}://${hostname}:${endpoint.port}/${name}`;
}

/** The commands and addresses that publish a name. */
export function publishCommands(name: string, place: Place): readonly Command[] {
  const url = urlOf("rtmp", name, place);
  const whip: Command = ["OBS, by WHIP", `${place.origin}/${encodeName(name)}/whip`];
  if (url === undefined) return [whip];
  return [
    ["Publish a file", `ffmpeg -re -i clip.mp4 -c copy -f flv "${url}"`],
    [
      "Publish a test picture",
      `ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=25 -c:v libx264 -preset veryfast ` +
      `-tune zerolatency -pix_fmt yuv420p -g 50 -f flv "${url}"`,
    ],
    whip,
  ];
}

/** The commands and addresses that play a name. */
export function playCommands(name: string, place: Place): readonly Command[] {
  const rtmp = urlOf("rtmp", name, place);
  const rtsp = urlOf("rtsp", name, place);
  const base = `${place.origin}/${encodeName(name)}`;
  return [
    ["ffplay, over HTTP", `ffplay -fflags nobuffer "${base}.flv"`],
    ...command("ffplay, over RTMP", rtmp && `ffplay -fflags nobuffer "${rtmp}"`),
    ...command("ffplay, over RTSP", rtsp && `ffplay -rtsp_transport tcp "${rtsp}"`),
    ["VLC", `vlc "${base}.flv"`],
    ["WebRTC players, by WHEP", `${base}/whep`],
    ["HLS players", `${base}/index.m3u8`],
  ];
}

function command(what: string, text: string | undefined): readonly Command[] {
  return text === undefined ? [] : [[what, text]];
}
