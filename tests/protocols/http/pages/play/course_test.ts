import { assertEquals } from "@std/assert";
import {
  afterEnding,
  afterKnock,
  beginCourse,
  knockAgain,
  type Turn,
} from "../../../../../protocols/http/pages/src/play/course.ts";
import {
  type Ending,
  endingOfStatus,
  type WayName,
} from "../../../../../protocols/http/pages/src/play/way.ts";

const NAME = "live/cam1";
const WAITING = "Waiting for live/cam1 to be published…";

/** What happens to a page: a way ends, having shown something or not, or a knock is answered. */
type Happening =
  | "there"
  | "nobody"
  | { readonly ending: Ending; readonly hasPlayed?: boolean };

/** "play hls in 1000: text". */
function describe({ step, pauseMs, text }: Turn): string {
  const what = step.type === "play" ? `play ${step.way}` : step.type;
  return `${what} in ${pauseMs}: ${text}`;
}

function walk(happenings: readonly Happening[], via?: WayName): readonly string[] {
  let turn = beginCourse(NAME, via);
  return happenings.map((happening) => {
    if (happening === "there") turn = afterKnock(turn.course);
    else if (happening === "nobody") turn = knockAgain(turn.course);
    else turn = afterEnding(turn.course, happening.ending, happening.hasPlayed ?? false);
    return describe(turn);
  });
}

const absent: Happening = { ending: { type: "absent" } };
const lost: Happening = { ending: { type: "lost", reason: "no answer" } };

function unfit(reason: string): Happening {
  return { ending: { type: "unfit", reason } };
}

interface Row {
  readonly what: string;
  readonly via?: WayName;
  readonly happenings: readonly Happening[];
  readonly turns: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: "a way that shows a stream poorly gives way to the next, though it has played",
    happenings: [{ ending: { type: "poor", reason: "only 2 of 25" }, hasPlayed: true }],
    turns: ["play hls in 0: Connecting…"],
  },
  {
    what: "a way that does not fit gives way to the next, to the last",
    happenings: [unfit("no UDP"), unfit("no codec"), unfit("no MSE")],
    turns: [
      "play hls in 0: Connecting…",
      "play flv in 0: Connecting…",
      "stop in 0: WebRTC: no UDP. LL-HLS: no codec. FLV: no MSE.",
    ],
  },
  {
    what: "a chosen way does not give way",
    via: "hls",
    happenings: [unfit("no codec")],
    turns: ["stop in 0: LL-HLS: no codec."],
  },
  {
    what: "a stream that is not there is waited for, and played by the first way",
    happenings: [absent, "nobody", "there"],
    turns: [
      `knock in 0: ${WAITING}`,
      `knock in 1000: ${WAITING}`,
      "play webrtc in 0: Connecting…",
    ],
  },
  {
    what: "a stream that is there, but not this way, is played by the next",
    happenings: [absent, "there", absent],
    turns: [
      `knock in 0: ${WAITING}`,
      "play webrtc in 0: Connecting…",
      "play hls in 0: Connecting…",
    ],
  },
  {
    what: "a chosen way that is not there is tried again, less and less often",
    via: "webrtc",
    happenings: [absent, "there", absent, absent, "there", absent],
    turns: [
      `knock in 0: ${WAITING}`,
      "play webrtc in 0: Connecting…",
      "play webrtc in 2000: WebRTC: the gateway does not offer it for this stream. Trying again…",
      `knock in 0: ${WAITING}`,
      "play webrtc in 0: Connecting…",
      "play webrtc in 4000: WebRTC: the gateway does not offer it for this stream. Trying again…",
    ],
  },
  {
    what: "what is lost before anything was seen is tried twice",
    happenings: [lost, lost],
    turns: [
      "play webrtc in 1000: The gateway does not answer. Trying again…",
      "play hls in 0: Connecting…",
    ],
  },
  {
    what: "what has played begins with the first way again",
    happenings: [unfit("no UDP"), { ending: { type: "lost", reason: "x" }, hasPlayed: true }],
    turns: [
      "play hls in 0: Connecting…",
      "play webrtc in 1000: The connection was lost. Trying again…",
    ],
  },
  {
    what: "what fails while it plays is not unfit",
    via: "flv",
    happenings: [{ ending: { type: "unfit", reason: "damaged" }, hasPlayed: true }],
    turns: ["play flv in 1000: The player failed. Trying again…"],
  },
  {
    what: "a stream that has ended may come back",
    happenings: [{ ending: { type: "ended" }, hasPlayed: true }, absent],
    turns: [
      "play webrtc in 1000: live/cam1 has ended. Waiting for it to come back…",
      `knock in 0: ${WAITING}`,
    ],
  },
  {
    what: "who is not let in is not let in by another way",
    happenings: [{ ending: { type: "refused", reason: "You may not watch this stream." } }],
    turns: ["stop in 0: You may not watch this stream."],
  },
];

Deno.test("the page goes through the ways to play, and says why", async (t) => {
  for (const { what, via, happenings, turns } of ROWS) {
    await t.step(what, () => assertEquals(walk(happenings, via), turns));
  }
});

Deno.test("a course begins with WebRTC, or with the way that the viewer chose", () => {
  assertEquals(describe(beginCourse(NAME, undefined)), "play webrtc in 0: Connecting…");
  assertEquals(describe(beginCourse(NAME, "flv")), "play flv in 0: Connecting…");
});

Deno.test("pauses do not grow without end", () => {
  let turn = beginCourse(NAME, "webrtc");
  for (let round = 0; round < 20; round++) {
    turn = afterEnding(turn.course, { type: "lost", reason: "x" }, false);
  }
  assertEquals(turn.pauseMs, 15_000);
});

Deno.test("the status of a refusal says whether waiting or another way will help", async (t) => {
  const rows = [
    { status: 0, type: "lost" },
    { status: 401, type: "refused" },
    { status: 403, type: "refused" },
    { status: 404, type: "absent" },
    { status: 406, type: "unfit" },
    { status: 501, type: "unfit" },
    { status: 503, type: "unfit" },
  ] as const;
  for (const { status, type } of rows) {
    await t.step(`${status}: ${type}`, () => {
      assertEquals(endingOfStatus(status, "because").type, type);
    });
  }
});
