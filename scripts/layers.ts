/**
 * The arrows of the house (DESIGN.md section 1) as a table, and the pure check of files against it.
 *
 * @module
 */
import { findImports, type Finding, findSocketCalls } from "./source_scan.ts";

/** One broken arrow. */
export interface Violation {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Which arrow is broken, and how. */
  readonly message: string;
}

/** A room, and the rooms that its files may import. */
interface Room {
  readonly name: string;
  readonly owns: RegExp;
  readonly mayImport: readonly string[];
  /** Whether its files may import packages (deno.json) and `node:` modules. */
  readonly mayImportPackages: boolean;
}

const GROUND = [
  "registry/",
  "registry/media/",
  "_formats/",
  "_transport/",
  "_config/",
  "_ingest/",
  "_http/",
  "protocol.ts",
];
const EVERYTHING = [...GROUND, "gateway settings", "a module", "the composition", "the workshop"];

/** The first room whose pattern matches owns the file. */
const ROOMS: readonly Room[] = [
  {
    name: "registry/media/",
    owns: /^registry\/media\//,
    mayImport: ["registry/", "registry/media/"],
    mayImportPackages: false,
  },
  {
    name: "registry/",
    owns: /^registry\//,
    mayImport: ["registry/", "registry/media/"],
    mayImportPackages: false,
  },
  {
    name: "_formats/",
    owns: /^protocols\/_formats\//,
    mayImport: ["_formats/", "registry/media/"],
    mayImportPackages: false,
  },
  {
    name: "_transport/",
    owns: /^protocols\/_transport\//,
    mayImport: ["_transport/"],
    mayImportPackages: true,
  },
  {
    // What sections of the config file have in common: fields, mistakes, certificates.
    name: "_config/",
    owns: /^protocols\/_config\//,
    mayImport: ["_config/", "_transport/"],
    mayImportPackages: true,
  },
  {
    // Between what a module receives and the registry, where it is the same for all.
    name: "_ingest/",
    owns: /^protocols\/_ingest\//,
    mayImport: ["registry/", "registry/media/", "_formats/", "_ingest/", "protocol.ts"],
    mayImportPackages: false,
  },
  {
    // Between the application that serves HTTP and those who mount routes on it.
    name: "_http/",
    owns: /^protocols\/_http\//,
    mayImport: ["registry/", "_transport/", "_http/", "protocol.ts"],
    mayImportPackages: true,
  },
  {
    name: "protocol.ts",
    // The logger is a part of the context that modules are given, in a file of its own.
    owns: /^protocols\/(?:protocol|logger)\.ts$/,
    mayImport: GROUND,
    mayImportPackages: true,
  },
  {
    name: "the composition",
    owns: /^(?:(?:protocols\/(?:mod|gateway)|main|mod)\.ts|deno\.json)$/,
    mayImport: EVERYTHING.filter((room) => room !== "the workshop"),
    mayImportPackages: true,
  },
  {
    name: "gateway settings",
    owns: /^protocols\/[^/]+\.ts$/,
    mayImport: [...GROUND, "gateway settings"],
    mayImportPackages: true,
  },
  {
    name: "a module",
    owns: /^protocols\/[^_/][^/]*\//,
    mayImport: [...GROUND, "a module"],
    mayImportPackages: true,
  },
  {
    name: "the workshop",
    owns: /^(?:tests|scripts|docs)\//,
    mayImport: EVERYTHING,
    mayImportPackages: true,
  },
];

/** Node's ways to a socket, which would go round `_transport/`. */
const NODE_SOCKETS = /^(?:node:)?(?:net|tls|dgram|http|https|http2)$/;

/**
 * Checks source files against the arrows.
 *
 * @param files text of every source file by its path from the root
 * @param packages the names of deno.json's `imports`
 * @returns what is broken, in the order of the files
 */
export function checkLayers(
  files: ReadonlyMap<string, string>,
  packages: readonly string[],
): Violation[] {
  const violations: Violation[] = [];
  for (const [file, source] of files) {
    const room = roomOf(file);
    if (room === undefined) {
      violations.push({ file, line: 1, message: "it is in no folder of DESIGN.md section 1" });
      continue;
    }
    for (const found of findImports(source)) {
      const message = faultOfImport(file, room, found.text, packages);
      if (message !== undefined) violations.push({ file, line: found.line, message });
    }
    violations.push(...faultsOfSockets(file, room, source));
  }
  return [...violations, ...checkLibraryClosure(files)];
}

function roomOf(file: string): Room | undefined {
  return ROOMS.find((room) => room.owns.test(file));
}

function faultOfImport(
  file: string,
  room: Room,
  specifier: string,
  packages: readonly string[],
): string | undefined {
  if (/^https?:/.test(specifier)) return `imports from a URL: ${specifier}`;
  const target = resolve(file, specifier);
  if (target === undefined) return faultOfPackage(room, specifier, packages);
  const targetRoom = roomOf(target);
  if (targetRoom === undefined) return `${room.name} imports ${target}, which is in no folder`;
  if (!room.mayImport.includes(targetRoom.name)) {
    return `${room.name} must not import ${targetRoom.name} (${target})`;
  }
  if (
    room.name === "a module" && targetRoom.name === "a module" && folder(file) !== folder(target)
  ) {
    return `module ${folder(file)} must not import module ${folder(target)} (${target})`;
  }
  return undefined;
}

function faultOfPackage(
  room: Room,
  specifier: string,
  packages: readonly string[],
): string | undefined {
  if (!room.mayImportPackages) {
    return `${room.name} must not import anything but its own: ${specifier}`;
  }
  if (NODE_SOCKETS.test(specifier) && !mayTouchSockets(room)) {
    return `only _transport/ touches sockets: ${specifier}`;
  }
  if (specifier.startsWith("node:")) return undefined;
  const isNamed = packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  // The workshop shows other projects how they import the gateway, by its published name.
  if (isNamed || room.name === "the workshop") return undefined;
  return `imports ${specifier}, which deno.json does not name`;
}

function faultsOfSockets(file: string, room: Room, source: string): Violation[] {
  if (mayTouchSockets(room)) return [];
  return findSocketCalls(source).map(({ text, line }) => ({
    file,
    line,
    message: `only _transport/ touches sockets: ${text}`,
  }));
}

function mayTouchSockets(room: Room): boolean {
  return room.name === "_transport/" || room.name === "the workshop";
}

/** A consumer of the library has no stand-ins, so nothing that `mod.ts` reaches may need them. */
function checkLibraryClosure(files: ReadonlyMap<string, string>): Violation[] {
  const violations: Violation[] = [];
  const seen = new Set(["mod.ts"]);
  for (const file of seen) {
    for (const { text, line } of importsOf(files, file)) {
      const target = resolve(file, text);
      if (target !== undefined) seen.add(target);
      else if (/^(?:jsr:)?@std\//.test(text)) {
        violations.push({ file, line, message: `mod.ts reaches ${text} through this file` });
      }
    }
  }
  return violations;
}

function importsOf(files: ReadonlyMap<string, string>, file: string): Finding[] {
  return findImports(files.get(file) ?? "");
}

/** The path from the root that a relative specifier names; undefined for a package. */
function resolve(file: string, specifier: string): string | undefined {
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

/** `protocols/rtmp/server.ts` -> `rtmp` */
function folder(file: string): string {
  return file.split("/")[1] ?? "";
}
