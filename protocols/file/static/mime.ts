/** What is told of files whose extension says nothing. */
const UNKNOWN = "application/octet-stream";

/** By extension, lower case. What browsers play, what players are told apart by, and what goes along. */
const TYPES: Readonly<Record<string, string>> = {
  "3g2": "video/3gpp2",
  "3gp": "video/3gpp",
  asf: "video/x-ms-asf",
  avi: "video/x-msvideo",
  cmfv: "video/mp4",
  f4v: "video/mp4",
  flv: "video/x-flv",
  h264: "video/h264",
  h265: "video/h265",
  "264": "video/h264",
  "265": "video/h265",
  hevc: "video/h265",
  ivf: "video/x-ivf",
  m1v: "video/mpeg",
  m2ts: "video/mp2t",
  m2v: "video/mpeg",
  m4s: "video/iso.segment",
  m4v: "video/x-m4v",
  mkv: "video/x-matroska",
  mov: "video/quicktime",
  mp4: "video/mp4",
  mpeg: "video/mpeg",
  mpg: "video/mpeg",
  mts: "video/mp2t",
  mxf: "application/mxf",
  ogv: "video/ogg",
  ts: "video/mp2t",
  webm: "video/webm",
  wmv: "video/x-ms-wmv",

  aac: "audio/aac",
  ac3: "audio/ac3",
  aif: "audio/aiff",
  aiff: "audio/aiff",
  amr: "audio/amr",
  cmfa: "audio/mp4",
  eac3: "audio/eac3",
  flac: "audio/flac",
  m4a: "audio/mp4",
  mid: "audio/midi",
  mka: "audio/x-matroska",
  mp2: "audio/mpeg",
  mp3: "audio/mpeg",
  oga: "audio/ogg",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  wav: "audio/wav",
  weba: "audio/webm",

  ism: "application/vnd.ms-sstr+xml",
  m3u: "audio/mpegurl",
  m3u8: "application/vnd.apple.mpegurl",
  mpd: "application/dash+xml",
  pls: "audio/x-scpls",
  sdp: "application/sdp",
  srt: "application/x-subrip",
  ttml: "application/ttml+xml",
  vtt: "text/vtt; charset=utf-8",
  ass: "text/x-ssa; charset=utf-8",

  avif: "image/avif",
  bmp: "image/bmp",
  gif: "image/gif",
  heic: "image/heic",
  ico: "image/x-icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  svg: "image/svg+xml",
  tif: "image/tiff",
  tiff: "image/tiff",
  webp: "image/webp",

  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  htm: "text/html; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  log: "text/plain; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  nfo: "text/plain; charset=utf-8",
  pdf: "application/pdf",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  xhtml: "application/xhtml+xml",
  xml: "text/xml; charset=utf-8",
  yaml: "application/yaml",
  yml: "application/yaml",

  gz: "application/gzip",
  tar: "application/x-tar",
  zip: "application/zip",
};

/** What browsers run scripts of when it is opened. */
const ACTIVE = /^(?:text\/html|text\/xml|image\/svg\+xml|application\/\w*\+?xml)(?:;|$)/;

/** Media type of a file, by its name. */
export function mediaTypeOf(name: string): string {
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
  return Object.hasOwn(TYPES, extension) ? TYPES[extension] ?? UNKNOWN : UNKNOWN;
}

/** Whether a browser that opens it would run scripts in the name of the gateway. */
export function isActive(mediaType: string): boolean {
  return ACTIVE.test(mediaType);
}
