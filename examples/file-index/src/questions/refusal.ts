import { RpcError } from "@crosspane/transports";

/**
 * Why a call was refused.
 * @throws {Error} if it was not
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
