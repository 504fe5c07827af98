import { RpcError } from "@crosspane/transports";

/**
 * Returns the code of the error that a call was refused with.
 * @throws {Error} if it was not refused
 */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { code, message } = RpcError.from(error);
    return `${code}\n${message}`;
  }
  throw new Error("a call succeeded that had to be refused");
}
