/** The class of {@link negativeZero}, for the encoder. */
export class NegativeZero {}

/**
 * Represents `-0` in plain data. An encoder that writes whole numbers as integers would write 0.
 */
export const negativeZero = new NegativeZero();
