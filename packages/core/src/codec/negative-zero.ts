/** The class of {@link negativeZero}, for the encoder. */
export class NegativeZero {}

/** Stands for `-0` in plain data: an encoder that writes whole numbers as integers would write 0. */
export const negativeZero = new NegativeZero();
