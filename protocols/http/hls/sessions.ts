import type { Clock } from "../../../registry/clock.ts";
import { StreamNotFoundError } from "../../../registry/errors.ts";
import type { Guest, Viewers } from "../viewers.ts";
import { RecordedProgramme } from "../vod/recorded_programme.ts";
import { SegmentMaker } from "../vod/segment_maker.ts";
import type { SegmentFormat } from "./format.ts";
import { guardedFormat, newSecret } from "./guarded_format.ts";
import { LiveProgramme } from "./live_programme.ts";
import { Muxer } from "./muxer.ts";
import type { Programme } from "./programme.ts";
import type { SegmentDirectory } from "./segment_directory.ts";
import { Session, type SessionSeat } from "./session.ts";
import type { HlsSettings } from "./settings.ts";

export interface SessionsOptions {
  readonly viewers: Viewers;
  readonly clock: Clock;
  readonly settings: HlsSettings;
  /** Where live segments are kept; absent for in memory. */
  readonly directory?: SegmentDirectory | undefined;
}

/** A stream in one format. */
export interface Channel {
  readonly name: string;
  readonly format: SegmentFormat;
}

/** Who asks for it. */
export interface Visitor {
  /** The name of the session, which the viewer quotes. */
  readonly id: string;
  readonly guest: Guest;
  /** Whether it only asks for a recording. */
  readonly isBack?: boolean;
}

/** What the sessions of one channel share, for as long as there are any. */
interface Room {
  readonly key: string;
  readonly muxer: Muxer;
  /** By visitor; those that are opening too. */
  readonly sessions: Map<string, Promise<Session>>;
  readonly present: Set<Session>;
  /** The newest one of each address. */
  readonly byHost: Map<string, Session>;
}

interface Opened {
  readonly seat: SessionSeat;
  readonly programme: Programme;
}

/**
 * The viewers of all streams that are sent in segments. Each reads the registry once, however many
 * requests it makes: the access policy is asked when it comes, and it is gone when it has been silent.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #maker = new SegmentMaker();
  readonly #secret = newSecret();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /**
   * The session of a visitor; a new one where there is none of that name from that address, so that a
   * name alone opens nothing to a stranger.
   *
   * @throws {HttpError} 503: there are too many viewers.
   * @throws {RegistryError} as `Registry.read`.
   */
  async enter(channel: Channel, visitor: Visitor): Promise<Session> {
    const room = this.#roomOf(channel);
    const key = `${visitor.guest.host} ${visitor.id}`;
    const known = room.sessions.get(key);
    if (known !== undefined) return await known;
    const leave = () => {
      room.sessions.delete(key);
      if (room.sessions.size === 0) this.#forget(channel, room);
    };
    const session = this.#open(room, channel, visitor, leave);
    room.sessions.set(key, session);
    try {
      return await session;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /**
   * A session of who has a key to segments of a recording, and has been away for long; undefined where
   * there is no recording. Throws as `enter`.
   */
  async comeBack(channel: Channel, key: string, visitor: Visitor): Promise<Session | undefined> {
    try {
      const session = await this.enter(channel, { ...visitor, isBack: true });
      return session.programme.key === key ? session : undefined;
    } catch (error) {
      if (error instanceof StreamNotFoundError) return undefined;
      throw error;
    }
  }

  /** A session that the key to segments was told to: one from `host` where there is any. */
  find(channel: Channel, key: string, host: string): Session | undefined {
    const room = this.#rooms.get(idOf(channel));
    if (room === undefined) return undefined;
    const session = room.byHost.get(host) ?? room.present.values().next().value;
    return session?.programme.key === key ? session : undefined;
  }

  #roomOf(channel: Channel): Room {
    const known = this.#rooms.get(idOf(channel));
    if (known !== undefined) return known;
    const { settings, clock, directory } = this.#options;
    const key = newSecret();
    const format = guardedFormat(channel.format, key);
    const muxer = new Muxer({ format, settings, clock, store: directory?.folder(channel.name) });
    const room: Room = { key, muxer, sessions: new Map(), present: new Set(), byHost: new Map() };
    this.#rooms.set(idOf(channel), room);
    return room;
  }

  async #open(
    room: Room,
    channel: Channel,
    { guest, isBack = false }: Visitor,
    leave: () => void,
  ): Promise<Session> {
    const { clock } = this.#options;
    const recorded = await this.#openRecorded(channel, guest);
    if (recorded === undefined && isBack) throw new StreamNotFoundError(channel.name);
    const { seat, programme } = recorded ?? await this.#openLive(room, channel, guest);
    const session: Session = new Session({
      seat,
      programme,
      clock,
      onEnd: () => {
        room.present.delete(session);
        if (room.byHost.get(guest.host) === session) room.byHost.delete(guest.host);
        leave();
      },
    });
    room.present.add(session);
    room.byHost.set(guest.host, session);
    return session;
  }

  async #openLive({ key, muxer }: Room, { name, format }: Channel, guest: Guest): Promise<Opened> {
    const { viewers, clock, settings: { lingerMs } } = this.#options;
    const seat = await viewers.seatPackaged(guest, muxer);
    const { signal } = seat.reader;
    signal.throwIfAborted();
    const { label } = format;
    const programme = new LiveProgramme({ name, muxer, key, clock, lingerMs, label, signal });
    return { seat, programme };
  }

  async #openRecorded({ name, format }: Channel, guest: Guest): Promise<Opened | undefined> {
    const { viewers, clock } = this.#options;
    const seat = await viewers.seatRecording(guest);
    if (seat === undefined) return undefined;
    const { recording } = seat.reader;
    const made = { maker: this.#maker, secret: this.#secret, clock };
    try {
      const programme = await RecordedProgramme.open({ name, recording, format, ...made });
      seat.reader.signal.throwIfAborted();
      return { seat, programme };
    } catch (error) {
      seat.leave();
      throw error;
    }
  }

  #forget(channel: Channel, room: Room): void {
    room.muxer.close();
    const id = idOf(channel);
    if (this.#rooms.get(id) === room) this.#rooms.delete(id);
  }
}

function idOf({ name, format }: Channel): string {
  return `${name} ${format.extension}`;
}
