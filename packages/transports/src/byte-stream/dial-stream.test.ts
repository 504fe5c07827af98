import { Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { failOnLeaks } from "../test-support/leaks.js";
import { closeAfterEach, kinds, listen, own, usePrivateRuntimeFolder } from "../test-support/links.js";

usePrivateRuntimeFolder();
failOnLeaks();
closeAfterEach();
afterEach(() => void vi.restoreAllMocks());

/** A Windows pipe is opened by a call of its own, which does not wait; it has tests of its own. */
const throughNode = kinds.filter(({ name }) => !(name === "pipe" && process.platform === "win32"));

describe.each(throughNode)("a dial through Node over $name", (kind) => {
  test("is settled by an abort while the system still tries", async () => {
    const { listener } = await listen(kind.fresh());
    vi.spyOn(Socket.prototype, "connect").mockImplementation(function (this: Socket) {
      return this;
    });
    const giveUp = new AbortController();
    const dialing = kind.dialer(listener.endpoint).dial(giveUp.signal);
    const result = expect(dialing).rejects.toMatchObject({
      code: "cancelled",
      message: expect.stringContaining(`dial ${listener.endpoint}: given up`),
    });
    setTimeout(() => giveUp.abort(), 20);
    await result;
  });
});

describe.each(kinds)("a dial over $name", (kind) => {
  test("is settled by an abort in the same turn, and by an earlier one", async () => {
    const { listener } = await listen(kind.fresh());
    const transport = kind.dialer(listener.endpoint);
    const giveUp = new AbortController();
    const dialing = transport.dial(giveUp.signal);
    giveUp.abort();
    await expect(dialing).rejects.toMatchObject({ code: "cancelled" });
    await expect(transport.dial(giveUp.signal)).rejects.toMatchObject({ code: "cancelled" });
  });

  test("distinguishes a timeout from a cancellation", async () => {
    const { listener } = await listen(kind.fresh());
    const signal = AbortSignal.abort(new DOMException("too late", "TimeoutError"));
    await expect(kind.dialer(listener.endpoint).dial(signal)).rejects.toMatchObject({
      code: "deadlineExceeded",
      cause: signal.reason,
    });
  });

  test("leaves no listener on the signal", async () => {
    const { listener } = await listen(kind.fresh());
    const giveUp = new AbortController();
    const add = vi.spyOn(giveUp.signal, "addEventListener");
    const remove = vi.spyOn(giveUp.signal, "removeEventListener");
    own(await kind.dialer(listener.endpoint).dial(giveUp.signal));
    await listener.close();
    await expect(kind.dialer(listener.endpoint).dial(new AbortController().signal)).rejects.toThrow();
    expect(remove.mock.calls.map(([, callback]) => callback)).toEqual(
      add.mock.calls.map(([, callback]) => callback),
    );
  });
});
