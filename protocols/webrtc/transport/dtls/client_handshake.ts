import type { SrtpProfile } from "../../srtp/keys.ts";
import { ByteReader, vector } from "./bytes.ts";
import { ALERT, DtlsError } from "./errors.ts";
import {
  chooseProfile,
  curveParams,
  type FlightPart,
  type Handshake,
  HandshakeBasis,
  type HandshakeOptions,
  signedParams,
  type Step,
  unexpected,
} from "./handshake.ts";
import { certificateBody, HANDSHAKE, type HandshakeMessage } from "./handshake_messages.ts";
import {
  P256,
  readCookie,
  readServerHello,
  type ServerHello,
  SUITE,
  writeClientHello,
} from "./hello.ts";
import { KeySchedule } from "./key_schedule.ts";
import { verifySignature, writeSignature } from "./signature.ts";

interface Agreed {
  readonly hello: ServerHello;
  readonly profile: SrtpProfile;
}

type State =
  | { readonly due: "ServerHello" }
  | { readonly due: "Certificate" | "ServerKeyExchange"; readonly agreed: Agreed }
  | {
    readonly due: "ServerHelloDone";
    readonly agreed: Agreed;
    readonly point: Uint8Array;
    readonly isAsked: boolean;
  }
  | { readonly due: "Finished"; readonly agreed: Agreed; readonly keys: KeySchedule }
  | { readonly due: "nothing" };

/** The active side (RFC 5246 section 7.3). */
export class ClientHandshake implements Handshake {
  readonly #basis: HandshakeBasis;
  #state: State = { due: "ServerHello" };

  constructor(options: HandshakeOptions) {
    this.#basis = new HandshakeBasis(options);
  }

  start(): readonly FlightPart[] {
    return this.#hello(new Uint8Array(0));
  }

  #hello(cookie: Uint8Array): readonly FlightPart[] {
    const body = writeClientHello(this.#basis.random, cookie);
    return [this.#basis.plain(HANDSHAKE.clientHello, body)];
  }

  take(message: HandshakeMessage): Step {
    const state = this.#state;
    const { type, body } = message;
    if (state.due === "ServerHello" && type === HANDSHAKE.helloVerifyRequest) {
      this.#basis.forgetTranscript();
      return { flight: this.#hello(readCookie(body)) };
    }
    if (state.due === "Finished" && type === HANDSHAKE.finished) {
      this.#basis.checkFinished("server", state.keys, body);
      this.#state = { due: "nothing" };
      return { profile: state.agreed.profile };
    }
    this.#basis.record(message);
    if (state.due === "ServerHello" && type === HANDSHAKE.serverHello) {
      this.#state = { due: "Certificate", agreed: agreeTo(readServerHello(body)) };
    } else if (state.due === "Certificate" && type === HANDSHAKE.certificate) {
      this.#basis.acceptCertificate(certificateBody.read(body));
      this.#state = { due: "ServerKeyExchange", agreed: state.agreed };
    } else if (state.due === "ServerKeyExchange" && type === HANDSHAKE.serverKeyExchange) {
      const point = this.#readPoint(body, state.agreed.hello);
      this.#state = { due: "ServerHelloDone", agreed: state.agreed, point, isAsked: false };
    } else if (state.due === "ServerHelloDone" && type === HANDSHAKE.certificateRequest) {
      this.#state = { ...state, isAsked: true };
    } else if (state.due === "ServerHelloDone" && type === HANDSHAKE.serverHelloDone) {
      return this.#answer(state);
    } else throw unexpected(message, state.due);
    return {};
  }

  /** @throws {DtlsError} the server does not have the key of its certificate. */
  #readPoint(body: Uint8Array, { random }: ServerHello): Uint8Array {
    const reader = new ByteReader(body);
    const curve = reader.uint(1) === 3 ? reader.uint(2) : undefined;
    if (curve !== P256) {
      throw new DtlsError(ALERT.illegalParameter, "the peer has chosen another curve than P-256");
    }
    const point = reader.vector(1);
    const signed = signedParams(this.#basis.random, random, curveParams(curve, point));
    if (verifySignature(reader, signed, this.#basis.peerKey)) return point;
    throw new DtlsError(ALERT.decryptError, "the peer does not have the key of its certificate");
  }

  #answer({ agreed, point, isAsked }: State & { readonly due: "ServerHelloDone" }): Step {
    const { identity, ephemeralKey } = this.#basis;
    const flight: FlightPart[] = [];
    if (isAsked) {
      const certificate = certificateBody.write(identity.certificate);
      flight.push(this.#basis.plain(HANDSHAKE.certificate, certificate));
    }
    flight.push(this.#basis.plain(HANDSHAKE.clientKeyExchange, vector(ephemeralKey, 1)));
    const { hello } = agreed;
    const session = hello.hasExtendedMasterSecret ? this.#basis.transcript() : undefined;
    const randoms = { client: this.#basis.random, server: hello.random };
    const keys = new KeySchedule(this.#basis.premaster(point), randoms, session);
    if (isAsked) {
      const signature = writeSignature(identity.privateKey, this.#basis.transcript());
      flight.push(this.#basis.plain(HANDSHAKE.certificateVerify, signature));
    }
    flight.push(...this.#basis.finish("client", keys));
    this.#state = { due: "Finished", agreed, keys };
    return { flight, keys };
  }
}

/** @throws {DtlsError} the server has chosen what was not offered. */
function agreeTo(hello: ServerHello): Agreed {
  if (hello.suite !== SUITE.ecdsa && hello.suite !== SUITE.rsa) {
    throw new DtlsError(
      ALERT.illegalParameter,
      "the peer has chosen a cipher that was not offered",
    );
  }
  const offered = hello.srtpProfile === undefined ? [] : [hello.srtpProfile];
  return { hello, profile: chooseProfile(offered) };
}
