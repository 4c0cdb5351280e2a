import { bytesEqual } from "../../../registry/media/config_equal.ts";
import { ContinuityCheck } from "./continuity.ts";
import type { TsPacket } from "./packet.ts";
import { parseSection, type Section, SectionReader } from "./section.ts";
import {
  parsePat,
  parsePmt,
  PAT_PID,
  PAT_TABLE_ID,
  PMT_TABLE_ID,
  type Program,
  type ProgramMap,
} from "./tables.ts";

/** The sections of one PID. */
class TableReader {
  readonly #continuity = new ContinuityCheck();
  readonly #sections = new SectionReader();

  /** Sections that a packet completes. Throws `MpegTsError`. */
  push(packet: TsPacket): readonly Uint8Array[] {
    const continuity = this.#continuity.check(packet);
    if (continuity === "repeated") return [];
    if (continuity === "lost") this.#sections.lose();
    return this.#sections.push(packet.payload, packet.isStart);
  }
}

/**
 * Follows the PAT and the PMT of the first program of a stream: of one that carries several, as a
 * whole transponder does, the others are not read.
 */
export class ProgramWatch {
  readonly #pat = new TableReader();
  /** Programs by section number, of `#patVersion`; at most 256 sections of 253 programs. */
  readonly #programs = new Map<number, readonly Program[]>();
  #patVersion: number | undefined;
  #program: Program | undefined;
  #pmt = new TableReader();
  /** The last PMT that was read: senders repeat it ten times a second. */
  #pmtSection = new Uint8Array(0);

  /** Whether packets of this PID carry one of the tables. */
  handles(pid: number): boolean {
    return pid === PAT_PID || pid === this.#program?.pmtPid;
  }

  /**
   * Takes a packet of a table, and gives the program map if it is a new one.
   *
   * @throws {MpegTsError} when a section is damaged; the next ones are read all the same.
   */
  push(packet: TsPacket): ProgramMap | undefined {
    if (packet.pid === PAT_PID) {
      for (const bytes of this.#pat.push(packet)) this.#readPat(parseSection(bytes));
      return undefined;
    }
    let map: ProgramMap | undefined;
    for (const bytes of this.#pmt.push(packet)) map = this.#readPmt(bytes) ?? map;
    return map;
  }

  #readPat(section: Section): void {
    if (section.tableId !== PAT_TABLE_ID || !section.isCurrent) return;
    if (section.version !== this.#patVersion) this.#programs.clear();
    this.#patVersion = section.version;
    this.#programs.set(section.number, parsePat(section.body));
    const programs = [...this.#programs.values()].flat();
    const isComplete = this.#programs.size > section.lastNumber;
    const known = programs.find(({ number }) => number === this.#program?.number);
    if (known !== undefined) this.#follow(known);
    else if (this.#program === undefined || isComplete) this.#follow(programs[0]);
  }

  #follow(program: Program | undefined): void {
    if (program?.pmtPid !== this.#program?.pmtPid) this.#pmt = new TableReader();
    if (program?.number !== this.#program?.number) this.#pmtSection = new Uint8Array(0);
    this.#program = program;
  }

  #readPmt(bytes: Uint8Array): ProgramMap | undefined {
    if (bytesEqual(bytes, this.#pmtSection)) return undefined;
    const section = parseSection(bytes);
    const isOurs = section.tableId === PMT_TABLE_ID && section.isCurrent &&
      section.extension === this.#program?.number;
    if (!isOurs) return undefined;
    const map = parsePmt(section.body);
    this.#pmtSection = bytes.slice();
    return map;
  }
}
