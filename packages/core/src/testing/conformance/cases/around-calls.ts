import { concurrencyLimit } from "../../../interceptor/concurrency-limit.js";
import type { InterceptedCall, Interceptor } from "../../../interceptor/interceptor.js";
import { retry } from "../../../interceptor/retry.js";
import { release } from "../../../references/shapes/handle.js";
import { encodeCall, encodeNotify } from "../../../wire/messages/call.js";
import { Conformance } from "../conformance.crosspane.js";
import type { ConformanceCase } from "../conformance-kit.js";
import { ConformanceReferences } from "../references.crosspane.js";
import { ConformanceStreams } from "../streams.crosspane.js";
import { cases } from "./case.js";
import { collect } from "./local-source.js";
import { handshake, nextMessage, referenceNumberOf } from "./raw-peer.js";

/** Records each call and its outcome. */
function noting(notes: string[]): Interceptor {
  return async (call: InterceptedCall, next) => {
    notes.push(`${call.side} ${call.kind} ${call.method}`);
    const result = await next(call);
    notes.push(`done ${call.method}`);
    return result;
  };
}

export const policyCases: readonly ConformanceCase[] = cases("policy", {
  "a call that its peer may not make is refused, a stream as well": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    await kit.fails(service.forbidden(1), "permissionDenied");
    await kit.fails(collect(service.forbiddenStream()), "permissionDenied");
  },
  "a refusal comes before the arguments are read": async (kit) => {
    const peer = await handshake(kit);
    peer.send(encodeCall(1, referenceNumberOf("forbidden"), ["no number", { odd: true }]));
    const answer = await nextMessage(kit, peer);
    kit.isTrue(answer.kind === "error" && answer.error.code === "permissionDenied", "no refusal");
  },
  "a one-way call that its peer may not make has no effect, and the connection lives": async (kit) => {
    const peer = await handshake(kit);
    const service = (await kit.connect()).client(ConformanceReferences);
    const key = kit.key();
    service.forbiddenNote(key);
    peer.send(encodeNotify(referenceNumberOf("forbiddenNote"), [key]));
    peer.send(encodeCall(1, referenceNumberOf("flaky"), [key, 0]));
    const answer = await nextMessage(kit, peer);
    // The handler would have reset the count.
    kit.isTrue(answer.kind === "result" && answer.value === 1, "the one-way call had an effect");
    kit.equal(await service.flaky(key, 0), 2);
  },
  "an object that its peer may not call is not called for it when it comes back": async (kit) => {
    const service = (await kit.connect()).client(ConformanceReferences);
    const safe = await service.safe();
    await kit.fails(safe.open(), "permissionDenied");
    await kit.fails(service.openSafe(safe), "permissionDenied", "cannot be passed back");
    release(safe);
  },
  "what the server allows is asked for each client": async (kit) => {
    const own = await kit.serve({ authorize: (_peer, { method }) => method !== "add" });
    const service = await own.client();
    await kit.fails(service.add(1, 2), "permissionDenied");
    kit.equal(await service.echoText("yes"), "yes");
  },
});

export const interceptorCases: readonly ConformanceCase[] = cases("interceptors", {
  "a client's interceptor sees unary, one-way and streaming calls": async (kit) => {
    const notes: string[] = [];
    const connection = await kit.connect({ interceptors: [noting(notes)] });
    const key = kit.key();
    kit.equal(await connection.client(Conformance).add(1, 2), 3);
    connection.client(Conformance).note(key, "line");
    kit.equal(await collect(connection.client(ConformanceStreams).count(3)), [0, 1, 2]);
    for (const seen of ["client unary add", "client notify note", "client stream count", "done count"])
      kit.isTrue(notes.includes(seen), `${seen} was not seen: ${notes.join(", ")}`);
  },
  "a server's interceptor sees unary, one-way and streaming calls": async (kit) => {
    const notes: string[] = [];
    const own = await kit.serve({ interceptors: [noting(notes)] });
    const connection = await own.connect();
    connection.client(Conformance).note(kit.key(), "line");
    kit.equal(await connection.client(Conformance).add(1, 2), 3);
    kit.equal(await collect(connection.client(ConformanceStreams).count(3)), [0, 1, 2]);
    for (const seen of ["server unary add", "server notify note", "server stream count", "done add"])
      kit.isTrue(notes.includes(seen), `${seen} was not seen: ${notes.join(", ")}`);
  },
  "interceptors change arguments, metadata and results, in their order": async (kit) => {
    const tenfold: Interceptor = async (call, next) => 10 * ((await next(call)) as number);
    const oneMore: Interceptor = (call, next) => {
      const [a, b] = call.args as [number, number];
      return next({ ...call, args: [a + 1, b] });
    };
    const connection = await kit.connect({ interceptors: [tenfold, oneMore] });
    kit.equal(await connection.client(Conformance).add(1, 2), 40);
    const marking: Interceptor = (call, next) =>
      next({ ...call, metadata: { ...call.metadata, mark: "yes" } });
    const marked = await kit.client({ interceptors: [marking] });
    kit.equal((await marked.context()).metadata, { mark: "yes" });
  },
  "calls are tried again where the contract says that they may be": async (kit) => {
    const connection = await kit.connect({ interceptors: [retry({ attempts: 5, firstDelayMs: 1 })] });
    const service = connection.client(ConformanceReferences);
    kit.equal(await service.flaky(kit.key(), 2), 3);
    await kit.fails(service.order("undeclared"), "internal");
  },
  "a limit of calls at once holds back the rest": async (kit) => {
    let [now, most] = [0, 0];
    const counting: Interceptor = async (call, next) => {
      most = Math.max(most, ++now);
      try {
        return await next(call);
      } finally {
        now--;
      }
    };
    const limit = concurrencyLimit({ maxCalls: 2, maxQueued: 20 });
    const service = await kit.client({ interceptors: [limit, counting] });
    const sums = await Promise.all(Array.from({ length: 20 }, (_, i) => service.add(i, 1)));
    kit.equal(sums.at(-1), 20);
    kit.equal(most, 2);
  },
  "references and streams pass an interceptor as they are": async (kit) => {
    const connection = await kit.connect({ interceptors: [(call, next) => next(call)] });
    const service = connection.client(ConformanceReferences);
    const key = kit.key();
    {
      using counter = await service.counter(key, 1);
      kit.equal([await counter.increment(1), await service.isMine(counter)], [2, true]);
      kit.equal(await collect(counter.upTo(4)), [3, 4]);
    }
    kit.equal(await service.each([1], async (value) => `<${value}>`), ["<1>"]);
  },
});
